// Entries of an index list with the rows they name, sorted within runs of up to RUN entries: rows[i] ascending, and entries of
// one row in order. A bitonic network; no two pairs (row, entry) are equal, so the result is the same each time.
// The list is taken line by line, a line being the m entries along the axis: position p is entry i = p % m of line l = p / m,
// and its row is number l·(n + 1) + index; those that name no row have the line's number n. So lines never mix, and what is
// sorted are spans of whole lines: several lines that fit a run together, or one line of `per` runs.
// One workgroup per run.
const RUN = 1024u; // a power of two, twice the invocations at least
const LANES = 256u;
const BEYOND = 4294967295u; // fills the run's end

struct Params { entries: u32, span: u32, per: u32, n: u32, m: u32, inner: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> order: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> run_rows: array<u32, RUN>;
var<workgroup> run_order: array<u32, RUN>;

fn entry_at(position: u32) -> u32 {
  let line = position / params.m;
  return (line / params.inner * params.m + position % params.m) * params.inner + line % params.inner;
}

fn row_of(position: u32) -> u32 {
  let named = index[entry_at(position)];
  let counts = named < params.n && named != params.skip;
  return position / params.m * (params.n + 1u) + select(params.n, named, counts);
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
  let run = id.x + id.y * groups.x;
  let per = max(params.per, 1u);
  let start = run / per * params.span + run % per * RUN;
  let stop = min(min(start + RUN, (run / per + 1u) * params.span), params.entries);
  for (var i = lane; i < RUN; i += LANES) {
    let inside = start + i < stop;
    run_rows[i] = BEYOND;
    if (inside) { run_rows[i] = row_of(start + i); }
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
    if (start + i < stop) {
      rows[start + i] = run_rows[i];
      order[start + i] = entry_at(run_order[i]);
    }
  }
}
