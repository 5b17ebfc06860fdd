// out[o] = scale · Σ x (kind 0), max x (1), min x (2) or Π x (3) over two reduced dimensions. Integers wrap around.
// COUNT reductions are made side by side: x and out hold a plane for each. Their kinds are in KINDS, see include/joins.wgsl.
// x is seen as [K0, R0, K1, R1]; output o = k0·K1 + k1 joins x[k0, ·, k1, ·]. The work of one output is divided to
// PARTS = parts0·parts1 invocations, each taking every parts0-th and parts1-th element, which makes partial[o, part]; a
// second launch over [O, PARTS] joins those. No invocation waits for another, and the order of summation is fixed: chunks
// (of chunk0 and chunk1 indices, multiples of the parts) for themselves, then their results, so that long sums stay exact.
// Neighbouring invocations read neighbouring elements: parts of one output where R1 > 1, else neighbouring outputs.
// @include joins.wgsl
alias T = f32;
alias V = T;

struct Params {
  len: u32, outputs: u32, k1: u32, r0: u32, r1: u32, parts0: u32, parts1: u32, parts_first: u32,
  chunk0: u32, chunk1: u32, low: u32, high: u32, scale: f32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> T { return x[i]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * (params.outputs * params.r0 * params.r1) + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * (params.outputs * params.parts0 * params.parts1) + at] = epilogue(values[k] * T(params.scale), at); }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let parts = params.parts0 * params.parts1;
  let o = select(i % params.outputs, i / parts, params.parts_first == 1u);
  let part = select(i / params.outputs, i % parts, params.parts_first == 1u);
  let row = params.k1 * params.r1;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * params.r1;

  var total = begun();
  for (var from0 = part / params.parts1; from0 < params.r0; from0 += params.chunk0) {
    let end0 = min(from0 + params.chunk0, params.r0);
    for (var from1 = part % params.parts1; from1 < params.r1; from1 += params.chunk1) {
      let end1 = min(from1 + params.chunk1, params.r1);
      var chunk = begun();
      for (var r0 = from0; r0 < end0; r0 += params.parts0) {
        let at = base + r0 * row;
        for (var r1 = from1; r1 < end1; r1 += params.parts1) { chunk = joined(chunk, elements(at + r1)); }
      }
      total = joined(total, chunk);
    }
  }
  store(total, o * parts + part);
}
