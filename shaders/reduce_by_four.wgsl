// reduce.wgsl with memory read as vec4. COLUMNS 0: R1 is a multiple of 4, and r1, parts1 and chunk1 count fours of it.
// COLUMNS 1: R1 = 1 and K1 is a multiple of 4; an invocation joins the columns of four neighbouring outputs.
// @include joins.wgsl
// @include joins_of_four.wgsl
const KINDS = 0u; // two bits for each of COUNT
const COUNT = 1u;
const COLUMNS = 0u;
alias T = f32;
alias V = vec4<T>;

struct Params {
  len: u32, outputs: u32, k1: u32, r0: u32, r1: u32, parts0: u32, parts1: u32,
  chunk0: u32, chunk1: u32, low: u32, high: u32, scale: f32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * plane() + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * (params.outputs * params.parts0 * params.parts1) + at] = epilogue(values[k] * T(params.scale), at); }
}

// Elements that each of the reductions joins in all.
fn plane() -> u32 { return params.outputs * params.r0 * params.r1 * select(4u, 1u, COLUMNS == 1u); }

// One of the parts of output o, or of four outputs from o on.
fn part_of(o: u32, part: u32) -> array<V, COUNT> {
  var total = begun();
  if (COLUMNS == 1u) {
    let base = o / params.k1 * params.r0 * params.k1 + o % params.k1;
    for (var from0 = part; from0 < params.r0; from0 += params.chunk0) {
      let end0 = min(from0 + params.chunk0, params.r0);
      var chunk = begun();
      for (var r0 = from0; r0 < end0; r0 += params.parts0) { chunk = joined(chunk, elements(base + r0 * params.k1)); }
      total = joined(total, chunk);
    }
    return total;
  }
  let length = 4u * params.r1;
  let row = params.k1 * length;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * length;
  for (var from0 = part / params.parts1; from0 < params.r0; from0 += params.chunk0) {
    let end0 = min(from0 + params.chunk0, params.r0);
    for (var from1 = part % params.parts1; from1 < params.r1; from1 += params.chunk1) {
      let end1 = min(from1 + params.chunk1, params.r1);
      var chunk = begun();
      for (var r0 = from0; r0 < end0; r0 += params.parts0) {
        let at = base + r0 * row;
        for (var r1 = from1; r1 < end1; r1 += params.parts1) { chunk = joined(chunk, elements(at + 4u * r1)); }
      }
      total = joined(total, chunk);
    }
  }
  return total;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let parts = params.parts0 * params.parts1;
  if (COLUMNS == 1u) {
    let fours = params.outputs / 4u;
    let o = i % fours * 4u;
    let at = o * parts + i / fours;
    let total = part_of(o, i / fours);
    // @unroll
    for (var n = 0u; n < 4u; n++) {
      var values: array<T, COUNT>;
      // @unroll
      for (var k = 0u; k < COUNT; k++) { values[k] = total[k][n]; }
      store(values, at + n * parts);
    }
  } else {
    store(across(part_of(i / parts, i % parts)), i);
  }
}
