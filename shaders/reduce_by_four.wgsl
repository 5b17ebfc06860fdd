// reduce.wgsl with memory read as vec4. COLUMNS 0: R1 is a multiple of 4, and r1, parts1 and chunk1 count fours of it.
// COLUMNS 1: R1 = 1 and K1 is a multiple of 4; an invocation joins the columns of four neighbouring outputs.
// @include joins.wgsl
// @include joins_of_four.wgsl
const COLUMNS = 0u;
// Where 1, there is nothing to divide by, which costs more than joining a few fours: SOLE where an output has one part, and PLAIN
// where outputs follow one another in x, that is R0 = 1 for rows and K0 = 1 for columns.
const SOLE = 0u;
const PLAIN = 0u;
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

// Where what output o joins begins, in elements; its rows are `row` apart.
fn base_of(o: u32, row: u32) -> u32 {
  let own = o * select(4u * params.r1, 1u, COLUMNS == 1u);
  return select(o / params.k1 * (params.r0 * row - row) + own, own, PLAIN == 1u);
}

// Those fours of a row that belong to a part, from the one numbered `from1` on and before `end1`, joined to `begun`.
fn run_of(begun: array<V, COUNT>, at: u32, from1: u32, end1: u32) -> array<V, COUNT> {
  var run = begun;
  for (var r1 = from1; r1 < end1; r1 += select(params.parts1, 1u, SOLE == 1u)) { run = joined(run, elements(at + 4u * r1)); }
  return run;
}

// One of the parts of output o, or of four outputs from o on.
fn part_of(o: u32, part: u32) -> array<V, COUNT> {
  var total = begun();
  let row = select(4u * params.r1, 1u, COLUMNS == 1u) * params.k1;
  let base = base_of(o, row);
  if (COLUMNS == 1u) {
    for (var from0 = part; from0 < params.r0; from0 += params.chunk0) {
      let end0 = min(from0 + params.chunk0, params.r0);
      var chunk = begun();
      for (var r0 = from0; r0 < end0; r0 += select(params.parts0, 1u, SOLE == 1u)) { chunk = joined(chunk, elements(base + r0 * row)); }
      total = joined(total, chunk);
    }
    return total;
  }
  if (SOLE == 1u && PLAIN == 1u) {
    for (var from1 = 0u; from1 < params.r1; from1 += params.chunk1) {
      total = joined(total, run_of(begun(), base, from1, min(from1 + params.chunk1, params.r1)));
    }
    return total;
  }
  for (var from0 = part / params.parts1; from0 < params.r0; from0 += params.chunk0) {
    let end0 = min(from0 + params.chunk0, params.r0);
    for (var from1 = part % params.parts1; from1 < params.r1; from1 += params.chunk1) {
      let end1 = min(from1 + params.chunk1, params.r1);
      var chunk = begun();
      for (var r0 = from0; r0 < end0; r0 += params.parts0) { chunk = run_of(chunk, base + r0 * row, from1, end1); }
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
    let part = select(i / fours, 0u, SOLE == 1u);
    let o = (i - part * fours) * 4u;
    let at = o * parts + part;
    let total = part_of(o, part);
    // @unroll
    for (var n = 0u; n < 4u; n++) {
      var values: array<T, COUNT>;
      // @unroll
      for (var k = 0u; k < COUNT; k++) { values[k] = total[k][n]; }
      store(values, at + n * parts);
    }
  } else {
    let o = select(i / parts, i, SOLE == 1u);
    store(across(part_of(o, i - o * parts)), i);
  }
}
