// extreme_sums_by_four.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup a part of `span` elements, its
// lanes reading neighbours and joined as a tree. Any n.
const KIND = 0u;
const LANES = 64u; // a power of two

struct Params { len: u32, n: u32, parts: u32, span: u32, least: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<vec2f, LANES>;

fn element(i: u32) -> f32 { return x[i]; }

fn weight(x: f32, most: f32) -> f32 {
  if (KIND == 0u) { return exp(x - most); }
  return select(0.0, 1.0, x == most);
}

// Extreme and sum of two sets from those of each.
fn joined(a: vec2f, b: vec2f) -> vec2f {
  let most = max(a.x, b.x);
  return vec2f(most, a.y * weight(a.x, most) + b.y * weight(b.x, most));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let base = i / params.parts * params.n;
  let start = i % params.parts * params.span;
  let end = min(start + params.span, params.n);
  var share = vec2f(bitcast<f32>(params.least), 0.0);
  for (var e = start + lane; e < end; e += LANES) {
    let given = element(base + e);
    share = joined(share, vec2f(select(given, -given, KIND == 2u), 1.0));
  }
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] = joined(shares[lane], shares[lane + half]); }
    workgroupBarrier();
  }
  if (lane == 0u) { partial[i] = shares[0]; }
}
