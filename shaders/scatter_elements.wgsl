// scatter_columns.wgsl where W = 1, with everything read by four: for R = 1 and n, m multiples of 4 an invocation makes a whole
// row out[b, o, ·], reading four neighbouring indices and elements of source at once; for R a multiple of 4 it makes four
// neighbouring columns out[b, o, ·, r … r + 3].
const INNER = 1u; // R
const OUTER = 1u; // O

struct Params { len: u32, n: u32, m: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<vec4u>;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn put(i: u32, value: f32) { out[i / 4u][i % 4u] += value; }

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 8u;
  if (i >= params.len) { return; }
  // Counted in fours: where the columns begin, in a row of R or for R = 1 in one of n or m, and how far it is to the next.
  let fours = max(INNER / 4u, 1u);
  let column = i % fours;
  let above = i / fours;
  let rows = select(params.n, params.n / 4u, INNER == 1u);
  let turns = select(params.m, params.m / 4u, INNER == 1u);
  let to = above * rows * fours + column;
  let start = above * turns * fours + column;
  let names = above % OUTER * turns * fours + column;
  for (var v = 0u; v < rows; v++) { out[to + v * fours] = vec4f(); }
  for (var j = 0u; j < turns; j++) {
    let named = index[names + j * fours];
    let value = source[start + j * fours];
    let counts = (named < vec4u(params.n)) & (named != vec4u(params.skip));
    var at = 4u * to + named;
    if (INNER != 1u) { at = 4u * (to + named * fours) + vec4u(0u, 1u, 2u, 3u); }
    if (counts.x) { put(at.x, value.x); }
    if (counts.y) { put(at.y, value.y); }
    if (counts.z) { put(at.z, value.z); }
    if (counts.w) { put(at.w, value.w); }
  }
}
