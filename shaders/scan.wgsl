// out[.., e, ..] = Σ (KIND 0) or Π (1) of x[.., 0…e, ..] along one axis of [outer, n, inner]; REVERSE 1: of e…n−1.
// A row is divided among `parts` invocations of `span` neighbours each. In several launches: with TOTALS 1 each makes only the
// total of its part, out[row, part]; these are scanned; with CARRY 1 each adds what comes before its part,
// carried[row, part − 1] (carried is not read otherwise). Neighbouring invocations take neighbouring rows where inner > 1.
const KIND = 0u;
const REVERSE = 0u;
const TOTALS = 0u;
const CARRY = 0u;
const CHUNK = 256u; // elements that are joined for themselves, so that long sums stay exact
alias T = f32;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> carried: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<T>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: T, i: u32) -> T { return value; }

fn joined(a: T, b: T) -> T {
  if (KIND == 1u) { return a * b; }
  return a + b;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = select(i % params.rows, i / params.parts, params.inner == 1u);
  let part = select(i / params.rows, i % params.parts, params.inner == 1u);
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var before = T(KIND);
  if (CARRY == 1u) {
    if (part > 0u) { before = carried[row * params.parts + part - 1u]; }
  }
  let end = min((part + 1u) * params.span, params.n);
  for (var chunk = part * params.span; chunk < end; chunk += CHUNK) {
    let chunk_end = min(chunk + CHUNK, end);
    var total = T(KIND);
    for (var e = chunk; e < chunk_end; e++) {
      let at = base + select(e, params.n - 1u - e, REVERSE == 1u) * params.inner;
      total = joined(total, x[at]);
      if (TOTALS == 0u) { out[at] = epilogue(joined(before, total), at); }
    }
    before = joined(before, total);
  }
  if (TOTALS == 1u) { out[row * params.parts + part] = before; }
}
