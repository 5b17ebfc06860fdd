// scan.wgsl for WIDE vec4s of neighbouring columns at a time, where inner is a multiple of 4·WIDE; rows and inner are counted in
// vec4s. One invocation per WIDE vec4s of a row, or of a part of it; neighbours take neighbouring columns.
const KIND = 0u;
const REVERSE = 0u;
const TOTALS = 0u;
const CARRY = 0u;
const CHUNK = 256u; // elements that are joined for themselves, so that long sums stay exact
const WIDE = 1u;
const LANES = 64u;
alias T = f32;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> carried: array<vec4<T>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<T>>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: T, i: u32) -> T { return value; }

fn joined(a: vec4<T>, b: vec4<T>) -> vec4<T> {
  if (KIND == 1u) { return a * b; }
  return a + b;
}

fn finished(value: vec4<T>, at: u32) -> vec4<T> {
  return vec4(
    epilogue(value.x, at), epilogue(value.y, at + 1u), epilogue(value.z, at + 2u), epilogue(value.w, at + 3u));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * LANES;
  if (i >= params.len) { return; }
  let across = params.rows / WIDE;
  let row = i % across * WIDE;
  let part = i / across;
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var before = array<vec4<T>, WIDE>();
  for (var k = 0u; k < WIDE; k++) {
    before[k] = vec4(T(KIND));
    if (CARRY == 1u) {
      if (part > 0u) { before[k] = carried[(part - 1u) * params.rows + row + k]; }
    }
  }
  let end = min((part + 1u) * params.span, params.n);
  for (var chunk = part * params.span; chunk < end; chunk += CHUNK) {
    let chunk_end = min(chunk + CHUNK, end);
    var total = array<vec4<T>, WIDE>();
    for (var k = 0u; k < WIDE; k++) { total[k] = vec4(T(KIND)); }
    for (var e = chunk; e < chunk_end; e++) {
      let at = base + select(e, params.n - 1u - e, REVERSE == 1u) * params.inner;
      for (var k = 0u; k < WIDE; k++) {
        total[k] = joined(total[k], x[at + k]);
        if (TOTALS == 0u) { out[at + k] = finished(joined(before[k], total[k]), 4u * (at + k)); }
      }
    }
    for (var k = 0u; k < WIDE; k++) { before[k] = joined(before[k], total[k]); }
  }
  if (TOTALS == 1u) {
    for (var k = 0u; k < WIDE; k++) { out[part * params.rows + row + k] = before[k]; }
  }
}
