// The entry point of segment_sum_tree.wgsl and segment_sum_tree_by_four.wgsl, which say what a V is.
const COLUMNS = 16u; // powers of two, with DEPTH · COLUMNS = LANES
const DEPTH = 16u;
const LANES = 256u;
const ROWS = 16u; // DEPTH at most
const SHORT = 16u;

struct Params { rows: u32, targets: u32, entries: u32, n: u32, inner: u32, width: u32, parts: u32 }

var<workgroup> shares: array<V, LANES>;
var<workgroup> longest: atomic<u32>;
var<workgroup> longest_of_all: u32;

// First and last entry, one past the end, of a row of out.
fn segment(row: u32) -> vec2u {
  if (row >= params.rows) { return vec2u(0u); }
  let place = row % params.targets;
  let line = place / params.inner / params.n * params.inner + place % params.inner;
  let t = line * (params.n + 1u) + place / params.inner % params.n; // see segment_sort.wgsl
  if (t == 0u) { return vec2u(0u, ends[0]); }
  return vec2u(ends[t - 1u], ends[t]);
}

fn summand(row: u32, p: u32, column: u32) -> V {
  return source[(row / params.targets * params.entries + order[p]) * params.width + column];
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  let first = group / max(params.parts, 1u) * ROWS;
  if (first >= params.rows) { return; }
  let column = group % params.parts * COLUMNS + lane % COLUMNS;
  let own = lane / COLUMNS;
  let row = first + own;
  let inside = own < ROWS && row < params.rows && column < params.width;
  let mine = segment(row);
  let count = mine.y - mine.x;
  var sum = V();
  if (inside) {
    for (var p = mine.x; p < mine.x + min(count, SHORT); p++) { sum += summand(row, p, column); }
  }
  if (inside) { atomicMax(&longest, count); }
  workgroupBarrier();
  if (lane == 0u) { longest_of_all = atomicLoad(&longest); }
  let any_long = workgroupUniformLoad(&longest_of_all) > SHORT;
  for (var r = 0u; any_long && r < ROWS; r++) {
    let other = segment(first + r);
    if (other.y - other.x <= SHORT) { continue; }
    var share = V();
    if (column < params.width) {
      for (var p = other.x + SHORT + own; p < other.y; p += DEPTH) { share += summand(first + r, p, column); }
    }
    shares[lane] = share;
    workgroupBarrier();
    for (var half = LANES / 2u; half >= COLUMNS; half /= 2u) {
      if (lane < half) { shares[lane] += shares[lane + half]; }
      workgroupBarrier();
    }
    if (own == r) { sum += shares[lane % COLUMNS]; }
    workgroupBarrier();
  }
  if (inside) {
    put(row * params.width + column, sum);
  }
}
