// Entries of an index list with the rows they name (see segment_ranges.wgsl; NONE where they name none), sorted within runs
// of RUN entries: rows[i] ascending, and entries of one row in order. A bitonic network; no two pairs (row, entry) are equal,
// so the result is the same each time.
// One workgroup per run.
const RUN = 1024u; // a power of two, twice the invocations at least
const LANES = 256u;
const NONE = 4294967295u;

struct Params { entries: u32, n: u32, m: u32, inner: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> order: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> run_rows: array<u32, RUN>;
var<workgroup> run_order: array<u32, RUN>;

fn row_of(entry: u32) -> u32 {
  if (entry >= params.entries) { return NONE; }
  let named = index[entry];
  if (named >= params.n || named == params.skip) { return NONE; }
  return (entry / params.inner / params.m * params.n + named) * params.inner + entry % params.inner;
}

fn order_pair(a: u32, b: u32, ascending: bool) {
  let first = run_rows[a];
  let second = run_rows[b];
  let after = first > second || (first == second && run_order[a] > run_order[b]);
  if (after == ascending) {
    run_rows[a] = second;
    run_rows[b] = first;
    let held = run_order[a];
    run_order[a] = run_order[b];
    run_order[b] = held;
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let start = (id.x + id.y * groups.x) * RUN;
  for (var i = lane; i < RUN; i += LANES) {
    run_rows[i] = row_of(start + i);
    run_order[i] = start + i;
  }
  workgroupBarrier();
  for (var size = 2u; size <= RUN; size *= 2u) {
    for (var distance = size / 2u; distance > 0u; distance /= 2u) {
      for (var pair = lane; pair < RUN / 2u; pair += LANES) {
        let a = pair / distance * 2u * distance + pair % distance;
        order_pair(a, a + distance, (a & size) == 0u);
      }
      workgroupBarrier();
    }
  }
  for (var i = lane; i < RUN; i += LANES) {
    if (start + i < params.entries) {
      rows[start + i] = run_rows[i];
      order[start + i] = run_order[i];
    }
  }
}
