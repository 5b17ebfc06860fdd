// The entries of an index list, ordered by the row they name and within it by place: order[ends[t − 1] … ends[t] − 1] are
// those that name row t. Row (o, v, r) of [O, n, R] is named by an entry (o, j, r) of [O, m, R] whose index is v; entries
// whose index is `skip`, or names no row, are left out. A stable counting sort by one invocation, for devices with few lanes.
struct Params { entries: u32, targets: u32, n: u32, m: u32, inner: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> ends: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

const NONE = 4294967295u;

fn row_of(entry: u32) -> u32 {
  let named = index[entry];
  if (named >= params.n || named == params.skip) { return NONE; }
  return (entry / params.inner / params.m * params.n + named) * params.inner + entry % params.inner;
}

@compute @workgroup_size(1)
fn main() {
  for (var t = 0u; t < params.targets; t++) { ends[t] = 0u; }
  for (var e = 0u; e < params.entries; e++) {
    let t = row_of(e);
    if (t != NONE) { ends[t] += 1u; }
  }
  var start = 0u;
  for (var t = 0u; t < params.targets; t++) {
    let count = ends[t];
    ends[t] = start;
    start += count;
  }
  // Each start moves on to the end of its row as the row fills.
  for (var e = 0u; e < params.entries; e++) {
    let t = row_of(e);
    if (t != NONE) {
      order[ends[t]] = e;
      ends[t] += 1u;
    }
  }
}
