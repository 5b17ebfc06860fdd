// The maximum m and Σ eˣ⁻ᵐ of parts of each row along one axis of [outer, n, inner], from one reading: what was summed so far is
// scaled where the maximum grows. partial[row, part] = (m, Σ), joined by power_sums_join.wgsl. m is kept finite, so that no
// infinity is taken from an infinity. COLUMNS 0: inner = 1, n is a multiple of 4, and an invocation takes `span` neighbouring
// vec4s of a row. COLUMNS 1: inner is a multiple of 4, and an invocation takes `span` neighbouring rows of four columns.
const COLUMNS = 0u;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

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
  var most = vec4f(-3.4e38);
  var total = vec4f();
  for (var e = part * params.span; e < end; e += 4u) {
    let next = vec3u(e) + vec3u(1u, 2u, 3u);
    let near = min(next, vec3u(end - 1u));
    let inside = vec3f(next < vec3u(end));
    let a = x[base + e * step];
    let b = x[base + near.x * step];
    let c = x[base + near.y * step];
    let d = x[base + near.z * step];
    let before = most;
    most = max(max(most, max(a, b)), max(c, d));
    total = total * exp(before - most) + exp(a - most);
    total += inside.x * exp(b - most) + inside.y * exp(c - most) + inside.z * exp(d - most);
  }
  let at = row * params.parts + part;
  if (COLUMNS == 1u) {
    partial[at] = vec2f(most.x, total.x);
    partial[at + params.parts] = vec2f(most.y, total.y);
    partial[at + 2u * params.parts] = vec2f(most.z, total.z);
    partial[at + 3u * params.parts] = vec2f(most.w, total.w);
  } else {
    let largest = max(max(most.x, most.y), max(most.z, most.w));
    total *= exp(most - largest);
    partial[at] = vec2f(largest, total.x + total.y + (total.z + total.w));
  }
}
