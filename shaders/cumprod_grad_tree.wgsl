// cumprod_grad.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup per part, LANES neighbours at a time,
// whose steps are joined in workgroup memory by doubling.
const REVERSE = 0u;
const TOTALS = 0u;
const CARRY = 0u;
const LANES = 64u; // a power of two

struct Params { len: u32, n: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> carried: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> steps: array<vec2f, LANES>;

// The step from factor and summand: first a, then b.
fn joined(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x * b.x, b.y + b.x * a.y); }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let part = i % params.parts;
  let base = i / params.parts * params.n;
  let start = part * params.span;
  let end = min(start + params.span, params.n);
  var before = vec2f(1.0, 0.0);
  if (CARRY == 1u) {
    if (part > 0u) { before.y = carried[i - 1u]; }
  }
  for (var turn = start; turn < end; turn += LANES) {
    let e = turn + lane;
    let at = base + select(params.n - 1u - e, e, REVERSE == 1u);
    var step = vec2f(1.0, 0.0);
    if (e < end) {
      step = vec2f(0.0, d_out[at]);
      if (e > 0u) { step.x = x[select(at + 1u, at - 1u, REVERSE == 1u)]; }
    }
    steps[lane] = step;
    workgroupBarrier();
    for (var stride = 1u; stride < LANES; stride *= 2u) {
      var earlier = vec2f(1.0, 0.0);
      if (lane >= stride) { earlier = steps[lane - stride]; }
      workgroupBarrier();
      steps[lane] = joined(earlier, steps[lane]);
      workgroupBarrier();
    }
    let sum = joined(before, steps[lane]).y;
    before = joined(before, steps[LANES - 1u]);
    workgroupBarrier();
    if (TOTALS == 0u) {
      if (e < end) {
        var product = 1.0;
        if (e + 1u < params.n) { product = out[select(at - 1u, at + 1u, REVERSE == 1u)]; }
        dx[at] = product * sum;
      }
    }
  }
  if (TOTALS == 1u) {
    if (lane == 0u) {
      dx[2u * i] = before.x;
      dx[2u * i + 1u] = before.y;
    }
  }
}
