// The extreme m and Σ w(x) of parts of each row along one axis of [outer, n, inner], from one reading: KIND 0: m the maximum,
// w = eˣ⁻ᵐ. KIND 1: the maximum, KIND 2: the minimum, w = 1 where x = m: how many there are. What was summed so far is
// rescaled where m grows. partial[row, part] = (m, Σ), joined by extreme_sums_join.wgsl; of a minimum −m. m begins with the
// bits `least`: for KIND 0 those of a finite number, so that ∞ − ∞ does not occur.
// COLUMNS 0: inner = 1, n is a multiple of 4, and an invocation takes `span` neighbouring vec4s of a row. COLUMNS 1: inner is a
// multiple of 4, and an invocation takes `span` neighbouring rows of four columns.
const KIND = 0u;
const COLUMNS = 0u;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32, least: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<f32> { return x[i / 4u]; }

fn value_at(quad: u32) -> vec4f {
  let value = element(4u * quad);
  return select(value, -value, KIND == 2u);
}

fn weight(x: vec4f, most: vec4f) -> vec4f {
  if (KIND == 0u) { return exp(x - most); }
  return select(vec4f(), vec4f(1.0), x == most);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let fours = params.rows / 4u;
  let row = select(i / params.parts, i % fours * 4u, COLUMNS == 1u);
  let part = select(i % params.parts, i / fours, COLUMNS == 1u);
  let length = select(params.n / 4u, params.n, COLUMNS == 1u);
  let step = select(1u, params.inner / 4u, COLUMNS == 1u);
  let base = (row / params.inner * params.n * params.inner + row % params.inner) / 4u;
  let end = min((part + 1u) * params.span, length);
  var most = vec4f(bitcast<f32>(params.least));
  var total = vec4f();
  for (var e = part * params.span; e < end; e += 4u) {
    let next = vec3u(e) + vec3u(1u, 2u, 3u);
    let near = min(next, vec3u(end - 1u));
    let inside = vec3f(next < vec3u(end));
    let a = value_at(base + e * step);
    let b = value_at(base + near.x * step);
    let c = value_at(base + near.y * step);
    let d = value_at(base + near.z * step);
    let before = most;
    most = max(max(most, max(a, b)), max(c, d));
    total = total * weight(before, most) + weight(a, most);
    total += inside.x * weight(b, most) + inside.y * weight(c, most) + inside.z * weight(d, most);
  }
  let at = row * params.parts + part;
  if (COLUMNS == 1u) {
    partial[at] = vec2f(most.x, total.x);
    partial[at + params.parts] = vec2f(most.y, total.y);
    partial[at + 2u * params.parts] = vec2f(most.z, total.z);
    partial[at + 3u * params.parts] = vec2f(most.w, total.w);
  } else {
    let largest = max(max(most.x, most.y), max(most.z, most.w));
    total *= weight(most, vec4f(largest));
    partial[at] = vec2f(largest, total.x + total.y + (total.z + total.w));
  }
}
