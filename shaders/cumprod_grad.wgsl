// The gradient of out = Π x[0…i] along one axis of [outer, n, inner], without a division, so that zeros need no care:
//   dx[i] = out[i − 1] · S[i],   S[i] = d_out[i] + x[i + 1] · S[i + 1]
// S is a scan from the end, of steps s → d + f·s; several in a row are one such step. REVERSE 1: of products from the end, so that
// S is scanned from the start. Below, e counts along the scan. A row is divided among `parts` invocations of `span` neighbours
// each. In several launches: with TOTALS 1 each puts (f, d) of its part into totals[row, part]; cumprod_grad_join.wgsl joins
// them; with CARRY 1 each begins with carried[row, part − 1].
const REVERSE = 0u;
const TOTALS = 0u;
const CARRY = 0u;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> carried: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = select(i % params.rows, i / params.parts, params.inner == 1u);
  let part = select(i / params.rows, i % params.parts, params.inner == 1u);
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var sum = 0.0;
  if (CARRY == 1u) {
    if (part > 0u) { sum = carried[row * params.parts + part - 1u]; }
  }
  var factor = 1.0;
  let start = part * params.span;
  let end = min(start + params.span, params.n);
  for (var e = start; e < end; e++) {
    let at = base + select(params.n - 1u - e, e, REVERSE == 1u) * params.inner;
    var f = 0.0;
    if (e > 0u) { f = x[select(at + params.inner, at - params.inner, REVERSE == 1u)]; }
    sum = d_out[at] + f * sum;
    if (TOTALS == 1u) {
      factor *= f;
    } else {
      var before = 1.0;
      if (e + 1u < params.n) { before = out[select(at - params.inner, at + params.inner, REVERSE == 1u)]; }
      dx[at] = before * sum;
    }
  }
  if (TOTALS == 1u) {
    let at = 2u * (row * params.parts + part);
    dx[at] = factor;
    dx[at + 1u] = sum;
  }
}
