// gather.wgsl where W = 1, for four neighbouring elements of out at a time, which are of one row: R is a multiple of 4, or R = 1
// and m is one. Then four neighbouring indices are read at once, and four results written.
// One invocation per RUN neighbouring fours of a row, in each of EACH neighbouring tables of B: they have the indices in common.
// Where BLOCKS > 1, rows of R are taken by that many blocks of SPAN fours, and these one below the other: where a cache holds
// so many columns of x, it is read from memory once.
const FLOAT = 1u;
const EACH = 1u; // divides B
const RUN = 1u; // divides m/4 where R = 1, else 1
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const ENTRIES = 4u; // O·m·R, in fours
const M = 1u;
const INNER = 1u; // R
const SPAN = 1u; // divides R/4; 1 where R = 1
const BLOCKS = 1u; // R/4 / SPAN; 1 where R = 1

struct Params { len: u32, n: u32, targets: u32, skip: u32, missing: u32 }

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> index: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  if (BLOCKS > 1u) {
    // i = (o, block, j, four) becomes (o, j, block, four).
    let above = i / (SPAN * M);
    let below = i % (SPAN * M);
    i = ((above / BLOCKS * M + below / SPAN) * BLOCKS + above % BLOCKS) * SPAN + below % SPAN;
  }
  let first = i * RUN % ENTRIES;
  let table = i * RUN / ENTRIES * EACH;
  for (var c = 0u; c < RUN; c++) {
    let entry = first + c;
    let named = index[entry];
    var start = table * params.targets;
    var at = named;
    if (INNER == 1u) {
      start += 4u * entry / M * params.n;
    } else {
      start += 4u * entry / (INNER * M) * params.n * INNER + 4u * entry % INNER;
      at = named * INNER + vec4u(0u, 1u, 2u, 3u);
    }
    let counts = (named < vec4u(params.n)) & (named != vec4u(params.skip));
    // Reading somewhere and forgetting it costs less than four branches.
    at = select(vec4u(0u), vec4u(start) + at, counts);
    for (var e = 0u; e < EACH; e++) {
      var value = select(vec4u(params.missing), vec4u(x[at.x], x[at.y], x[at.z], x[at.w]), counts);
      let to = (table + e) * ENTRIES + entry;
      if (FLOAT == 1u) { value = bitcast<vec4u>(epilogue(bitcast<vec4f>(value), 4u * to)); }
      out[to] = value;
      at += select(vec4u(0u), vec4u(params.targets), counts);
    }
  }
}
