// extreme_sums_by_four.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup per part of `span` vec4s,
// its lanes reading neighbours, four each in flight at once, and joined as a tree. n is a multiple of 4. WHOLE 1: a row is one
// part, whose extreme and total are stored at once, as by extreme_sums_join.wgsl; else `partial`.
// @include extreme_sums_by_tree.wgsl
const KIND = 0u;
const WHOLE = 0u;
const LANES = 64u; // a power of two

struct Params { len: u32, n: u32, parts: u32, span: u32, least: u32, none: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> extreme: array<f32>;
@group(0) @binding(3) var<storage, read_write> total: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn element(i: u32) -> vec4<f32> { return x[i / 4u]; }

fn value_at(quad: u32) -> vec4f {
  let value = element(4u * quad);
  return select(value, -value, KIND == 2u);
}

fn weights(x: vec4f, most: vec4f) -> vec4f {
  if (KIND == 0u) { return exp(x - most); }
  return select(vec4f(), vec4f(1.0), x == most);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let base = i / params.parts * (params.n / 4u);
  let start = i % params.parts * params.span;
  let end = min(start + params.span, params.n / 4u);
  var most = vec4f(bitcast<f32>(params.least));
  var sums = vec4f();
  for (var e = start + lane; e < end; e += 4u * LANES) {
    let next = vec3u(e) + vec3u(1u, 2u, 3u) * LANES;
    let near = min(next, vec3u(end - 1u));
    let inside = vec3f(next < vec3u(end));
    let a = value_at(base + e);
    let b = value_at(base + near.x);
    let c = value_at(base + near.y);
    let d = value_at(base + near.z);
    let before = most;
    most = max(max(most, max(a, b)), max(c, d));
    sums = sums * weights(before, most) + weights(a, most);
    sums += inside.x * weights(b, most) + inside.y * weights(c, most) + inside.z * weights(d, most);
  }
  let largest = max(max(most.x, most.y), max(most.z, most.w));
  sums *= weights(most, vec4f(largest));
  let found = joined_by_tree(vec2f(largest, (sums.x + sums.y) + (sums.z + sums.w)), lane);
  if (lane == 0u) {
    if (WHOLE == 1u) {
      store_extreme(i, found);
    } else {
      partial[i] = found;
    }
  }
}
