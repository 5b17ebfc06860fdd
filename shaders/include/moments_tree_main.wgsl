// The entry point of moments_tree.wgsl and moments_tree_by_four.wgsl, which read WIDTH elements at a time.
// @include moments_by_tree.wgsl
const R1 = 1u;
const WHOLE = 0u;
const LANES = 64u; // a power of two

struct Params {
  len: u32, channels: u32, count: u32, chunk: u32, repeat: u32, correction: f32, eps: f32,
}

// Σ of what is inside, less shift, and of its squares, in four parts.
struct Sums { sums: vec4f, squares: vec4f }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let first = start + lane;
  // Differences of large values lose nothing near the part's first one.
  let origin = first_of(start, o);
  let shift = first_of(min(first, end - 1u), o);
  var sums = vec4f();
  var square_sums = vec4f();
  for (var e = first; e < end; e += 4u * LANES) {
    let at = vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES;
    let inside = at < vec4u(end);
    let near = min(at, vec4u(end - 1u));
    let more = sums_of(near, inside, o, shift);
    sums += more.sums;
    square_sums += more.squares;
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w);
  let square_sum = (square_sums.x + square_sums.y) + (square_sums.z + square_sums.w);
  let count = f32(WIDTH) * select(0.0, f32((end - first + LANES - 1u) / LANES), first < end);
  let own_mean = sum / max(count, 1.0);
  let total = f32(WIDTH) * f32(end - start);
  let squares = max(square_sum - sum * own_mean, 0.0);
  let joined = moments_by_tree(count, shift - origin + own_mean, squares, total, lane);
  if (WHOLE == 1u) {
    store_moments(o, origin + joined.x, joined.y, total, lane);
  } else if (lane == 0u) {
    partial[i] = vec2f(origin + joined.x, joined.y);
  }
}
