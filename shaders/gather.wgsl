// out[b, o, j, r, w] = x[b, o, index[o, j, r], r, w], elements of x that index names along one axis; the
// bits `missing` where the index is `skip` or names none. x is [B, O, n, R, W], index [O, m, R], out [B, O, m, R, W].
// Elements are moved as bits, so any 4-byte dtype will do; those of FLOAT are handed through the epilogue.
// One invocation per element of out.
const FLOAT = 1u;
const PLAIN = 0u; // 1 where B = O = R = 1
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const WIDTH = 1u;
const ENTRIES = 1u; // O·m·R
const M = 1u;
const INNER = 1u;

struct Params { len: u32, n: u32, targets: u32, skip: u32, missing: u32 }

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / WIDTH;
  let column = i - row * WIDTH;
  var entry = row;
  if (PLAIN == 0u) { entry = row % ENTRIES; }
  let named = index[entry];
  var value = params.missing;
  if (named < params.n && named != params.skip) {
    var table_row = named;
    if (PLAIN == 0u) {
      table_row = (entry / INNER / M * params.n + named) * INNER + entry % INNER;
      table_row += row / ENTRIES * params.targets;
    }
    value = x[table_row * WIDTH + column];
  }
  if (FLOAT == 1u) { value = bitcast<u32>(epilogue(bitcast<f32>(value), i)); }
  out[i] = value;
}
