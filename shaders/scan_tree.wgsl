// scan.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup scans a part of 4·LANES neighbours,
// each lane four of them, and the lanes' totals in workgroup memory by doubling steps.
const KIND = 0u;
const REVERSE = 0u;
const TOTALS = 0u;
const CARRY = 0u;
const LANES = 256u; // a power of two
alias T = f32;

struct Params { len: u32, n: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> carried: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<T>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> totals: array<T, LANES>;

fn epilogue(value: T, i: u32) -> T { return value; }

fn joined(a: T, b: T) -> T {
  if (KIND == 1u) { return a * b; }
  return a + b;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let part = i % params.parts;
  let base = i / params.parts * params.n;
  let first = (part * LANES + lane) * 4u;
  var own: array<T, 4>;
  var total = T(KIND);
  for (var k = 0u; k < 4u; k++) {
    let e = first + k;
    if (e < params.n) { total = joined(total, x[base + select(e, params.n - 1u - e, REVERSE == 1u)]); }
    own[k] = total;
  }
  totals[lane] = total;
  workgroupBarrier();
  for (var step = 1u; step < LANES; step *= 2u) {
    var before = T(KIND);
    if (lane >= step) { before = totals[lane - step]; }
    workgroupBarrier();
    totals[lane] = joined(before, totals[lane]);
    workgroupBarrier();
  }
  if (TOTALS == 1u) {
    if (lane == LANES - 1u) { out[i] = totals[lane]; }
  } else {
    var before = T(KIND);
    if (lane > 0u) { before = totals[lane - 1u]; }
    if (CARRY == 1u) {
      if (part > 0u) { before = joined(carried[i - 1u], before); }
    }
    for (var k = 0u; k < 4u; k++) {
      let e = first + k;
      let at = base + select(e, params.n - 1u - e, REVERSE == 1u);
      if (e < params.n) { out[at] = epilogue(joined(before, own[k]), at); }
    }
  }
}
