// The entry point of reduce_tree.wgsl, reduce_subgroup.wgsl and their forms by four. They include what says what a V is and how its
// WIDTH elements are joined, read and stored (rows_by_one.wgsl, rows_by_four.wgsl), and how lanes are joined (lanes_by_tree.wgsl,
// lanes_by_subgroup.wgsl).
// @include joins.wgsl
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of an output, a power of two up to SIZE: outputs of short sums share a workgroup
const CHUNK = 256u;

struct Params { len: u32, k1: u32, r0: u32, r1: u32, parts: u32, low: u32, high: u32, scale: f32 }

// Where element e of a sum lies from its first one on; most sums are over one run of neighbours.
fn place(e: u32, row: u32) -> u32 {
  if (params.r0 == 1u) { return e; }
  return e / params.r1 * row + e % params.r1;
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) own: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.len) { return; }
  let at = first + own / LANES;
  let lane = own % LANES;
  let o = at / params.parts;
  let row = params.k1 * params.r1;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * params.r1;
  let count = select(0u, params.r0 * params.r1, at < params.len); // nothing beyond the last output
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
  let results = of_lanes(across(total), own);
  if (lane == 0u && at < params.len) { store(results, at); }
}
