// Where the largest (SMALLEST 0) or smallest (1) element lies along one axis of [outer, n, inner]; of equal ones, the first.
// A NaN is larger than all and smaller than all. Elements are compared by keys: bits that are ordered as the numbers are.
// One invocation makes one of the `parts` of a row, taking every parts-th element: out[row] = the index where there is one
// part, else the pair (key, index) at out[2 · (row · parts + part)], which arg_max_join.wgsl joins. parts ≤ n.
// Neighbouring invocations read neighbouring elements: parts of a row where inner = 1, else neighbouring rows.
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
alias T = f32;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> T { return x[i]; }

fn key_of(x: T) -> u32 {
  var bits = bitcast<u32>(x);
  if (ELEMENTS == 0u) {
    if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
    if (bits == 0x80000000u) { bits = 0u; } // −0 is 0
    bits ^= select(0x80000000u, 0xffffffffu, bits >> 31u == 1u);
  }
  if (ELEMENTS == 1u) { bits ^= 0x80000000u; }
  return select(bits, ~bits, SMALLEST == 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = select(i % params.rows, i / params.parts, params.inner == 1u);
  let part = select(i / params.rows, i % params.parts, params.inner == 1u);
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var best = part;
  var best_key = key_of(element(base + part * params.inner));
  for (var e = part + params.parts; e < params.n; e += params.parts) {
    let key = key_of(element(base + e * params.inner));
    if (key > best_key) {
      best_key = key;
      best = e;
    }
  }
  if (params.parts == 1u) {
    out[row] = best;
  } else {
    let at = 2u * (row * params.parts + part);
    out[at] = best_key;
    out[at + 1u] = best;
  }
}
