// out[o] = scale · Σ x (KIND 0) or max x (KIND 1) over two reduced dimensions.
// x is seen as [K0, R0, K1, R1]; output o = k0·K1 + k1 joins x[k0, ·, k1, ·]. The work of one output is dealt out to
// PARTS = parts0·parts1 invocations, each taking every parts0-th and parts1-th element, which makes partial[o, part]; a
// second launch over [O, PARTS] joins those. No invocation waits for another, and the order of summation is fixed.
// Neighbouring invocations read neighbouring elements: parts of one output where R1 > 1, else neighbouring outputs.
const KIND = 0u;

struct Params {
  len: u32, outputs: u32, k1: u32, r0: u32, r1: u32, parts0: u32, parts1: u32, parts_first: u32, scale: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> f32 { return x[i]; }
fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let parts = params.parts0 * params.parts1;
  let o = select(i % params.outputs, i / parts, params.parts_first == 1u);
  let part = select(i / params.outputs, i % parts, params.parts_first == 1u);
  let start0 = part / params.parts1;
  let start1 = part % params.parts1;
  let row = params.k1 * params.r1;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * params.r1;

  var joined = select(0.0, -3.4028234e38, KIND == 1u);
  for (var r0 = start0; r0 < params.r0; r0 += params.parts0) {
    let at = base + r0 * row;
    for (var r1 = start1; r1 < params.r1; r1 += params.parts1) {
      if (KIND == 0u) {
        joined += element(at + r1);
      } else {
        joined = max(joined, element(at + r1));
      }
    }
  }
  let at = o * parts + part;
  out[at] = epilogue(joined * params.scale, at);
}
