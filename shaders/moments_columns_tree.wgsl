// moments_columns.wgsl with one workgroup per WIDE neighbouring vec4s of channels over `chunk` rows, or what of them is left, for
// devices with many lanes: every invocation takes one row in SLICES, four at a time, and sums about its own first one; slices are
// joined as a tree, the means before the squares. Neighbouring invocations read neighbouring vec4s. channels counts vec4s.
alias T = f32;
const LANES = 256u;
const WIDE = 16u; // a power of two

const SLICES = LANES / WIDE;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // two channels each
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<vec4f, LANES>;

fn sum_of_slices(share: vec4f, lane: u32) -> vec4f {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half >= WIDE; half /= 2u) {
    if (lane < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  let total = shares[lane % WIDE];
  workgroupBarrier();
  return total;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group >= params.len) { return; }
  let tiles = (params.channels + WIDE - 1u) / WIDE;
  let part = group / tiles;
  let own = group % tiles * WIDE + lane % WIDE;
  let column = min(own, params.channels - 1u); // those beyond the edge repeat the last one, and are not stored
  let start = part * params.chunk;
  let end = min(start + params.chunk, params.count);
  let first = start + lane / WIDE;
  let origin = vec4f(x[start * params.channels + column]);
  let shift = vec4f(x[min(first, end - 1u) * params.channels + column]);
  var sum = vec4f();
  var square_sum = vec4f();
  for (var e = first; e < end; e += 4u * SLICES) {
    let row = vec4u(e) + vec4u(0u, 1u, 2u, 3u) * SLICES;
    let inside = row < vec4u(end);
    let at = min(row, vec4u(end - 1u)) * params.channels + column;
    let a = vec4f(x[at.x]) - shift;
    let b = select(vec4f(), vec4f(x[at.y]) - shift, inside.y);
    let c = select(vec4f(), vec4f(x[at.z]) - shift, inside.z);
    let d = select(vec4f(), vec4f(x[at.w]) - shift, inside.w);
    sum += (a + b) + (c + d);
    square_sum += (a * a + b * b) + (c * c + d * d);
  }
  let count = select(0.0, f32((end - first + SLICES - 1u) / SLICES), first < end);
  let run_mean = sum / max(count, 1.0);
  let own_mean = shift - origin + run_mean;
  let mean = sum_of_slices(own_mean * count, lane) / f32(end - start);
  let delta = own_mean - mean;
  let squares = sum_of_slices(max(square_sum - sum * run_mean, vec4f()) + delta * delta * count, lane);
  if (lane < WIDE && own < params.channels) {
    let m = origin + mean;
    let place = 2u * (part * params.channels + column);
    partial[place] = vec4f(m.x, squares.x, m.y, squares.y);
    partial[place + 1u] = vec4f(m.z, squares.z, m.w, squares.w);
  }
}
