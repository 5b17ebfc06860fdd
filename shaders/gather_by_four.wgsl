// gather.wgsl for four neighbouring elements at a time: WIDTH is counted in fours. An invocation makes EACH neighbouring fours of
// one row: where lanes are few, finding the row costs more than moving them.
const EACH = 1u; // divides WIDTH
const FLOAT = 1u;
const PLAIN = 0u; // 1 where B = O = R = 1
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const WIDTH = 1u;
const ENTRIES = 1u; // O·m·R
const M = 1u;
const INNER = 1u;

struct Params { len: u32, n: u32, targets: u32, skip: u32, missing: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / (WIDTH / EACH);
  let column = i * EACH - row * WIDTH;
  var entry = row;
  if (PLAIN == 0u) { entry = row % ENTRIES; }
  let named = index[entry];
  let counts = named < params.n && named != params.skip;
  var table_row = named;
  if (PLAIN == 0u) {
    table_row = (entry / INNER / M * params.n + named) * INNER + entry % INNER;
    table_row += row / ENTRIES * params.targets;
  }
  for (var c = 0u; c < EACH; c++) {
    var value = vec4u(params.missing);
    if (counts) { value = x[table_row * WIDTH + column + c]; }
    if (FLOAT == 1u) { value = bitcast<vec4u>(epilogue(bitcast<vec4f>(value), 4u * (i * EACH + c))); }
    out[i * EACH + c] = value;
  }
}
