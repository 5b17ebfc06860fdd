// The entry point of reduce_tree.wgsl and reduce_tree_by_four.wgsl, which say what a V is, how its WIDTH elements are joined, and how
// elements are read and results stored.
// @include joins.wgsl
const LANES = 64u; // a power of two
const CHUNK = 256u;

struct Params { len: u32, k1: u32, r0: u32, r1: u32, parts: u32, low: u32, high: u32, scale: f32 }

var<workgroup> shares: array<array<T, COUNT>, LANES>;

// Where element e of a sum lies from its first one on; most sums are over one run of neighbours.
fn place(e: u32, row: u32) -> u32 {
  if (params.r0 == 1u) { return e; }
  return e / params.r1 * row + e % params.r1;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let o = at / params.parts;
  let row = params.k1 * params.r1;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * params.r1;
  let count = params.r0 * params.r1;
  let step = params.parts * LANES;
  var total = begun();
  for (var start = at % params.parts * LANES + lane; start < count; start += CHUNK * step) {
    let end = min(start + CHUNK * step, count);
    var chunk = begun();
    for (var e = start; e < end; e += step) {
      chunk = joined(chunk, elements(WIDTH * (base + place(e, row))));
    }
    total = joined(total, chunk);
  }
  shares[lane] = across(total);
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      // @unroll
      for (var k = 0u; k < COUNT; k++) {
        shares[lane][k] = first_of(joined_as(kind_of(k), V(shares[lane][k]), V(shares[lane + half][k])));
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) { store(shares[0], at); }
}
