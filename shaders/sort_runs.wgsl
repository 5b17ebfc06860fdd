// Sorts runs of RUN neighbours of the rows of [outer, n, inner] by counting, for each element, those that come before it: by
// keys, bits that are ordered as the numbers are (a NaN comes after all numbers; DESCENDING 1: keys are reversed), and
// where keys are equal by their places. The first `keep` of each run go out as pairs (key, place), pairs[row, ·], one run's
// after the other's, m to a row; with LAST 1, where a row is one run, as places only to out, laid out as [outer, keep, inner]. The
// other one of the two is not written.
// One invocation a run. Neighbouring invocations take neighbouring runs where inner = 1, else neighbouring rows.
const RUN = 16u;
const DESCENDING = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LAST = 0u;
const NONE = 4294967295u;
alias T = f32;

struct Params { len: u32, rows: u32, n: u32, inner: u32, runs: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> pairs: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

fn key_of(x: T) -> u32 {
  var bits = bitcast<u32>(x);
  if (ELEMENTS == 0u) {
    if (bits == 0x80000000u) { bits = 0u; } // −0 is 0
    let is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    bits = select(bits ^ select(0x80000000u, NONE, bits >> 31u == 1u), NONE, is_nan);
  }
  if (ELEMENTS == 1u) { bits ^= 0x80000000u; }
  return select(bits, ~bits, DESCENDING == 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = select(i % params.rows, i / params.runs, params.inner == 1u);
  let run = select(i / params.rows, i % params.runs, params.inner == 1u);
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var keys: array<u32, RUN>;
  // @unroll
  for (var k = 0u; k < RUN; k++) {
    keys[k] = NONE;
    if (run * RUN + k < params.n) { keys[k] = key_of(x[base + (run * RUN + k) * params.inner]); }
  }
  // @unroll
  for (var k = 0u; k < RUN; k++) {
    var rank = 0u;
    // @unroll
    for (var other = 0u; other < RUN; other++) {
      let comes_before = keys[other] < keys[k] || (keys[other] == keys[k] && other < k);
      rank += select(0u, 1u, comes_before);
    }
    let place = run * RUN + k;
    if (place < params.n && rank < params.keep) {
      if (LAST == 1u) {
        out[(row / params.inner * params.keep + rank) * params.inner + row % params.inner] = place;
      } else {
        pairs[row * params.m + run * params.keep + rank] = vec2u(keys[k], place);
      }
    }
  }
}
