// Merges neighbouring sorted runs of a span (see segment_sort.wgsl), `fan` of them into one: an entry's place is the sum of its
// ranks in all of them. Ahead of it are, of earlier runs, the entries of its row and of lower ones; of later runs, those of
// lower rows: so the order within a row is kept. The last launch also gives ends[t], the number of entries of rows up to t;
// where a span is one run, it gives nothing else.
// One invocation per row t, of `targets`, and then one per entry; each looks `fan` times, in log₂ run steps.
struct Params { len: u32, targets: u32, entries: u32, span: u32, run: u32, fan: u32, n: u32, m: u32 }

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged_rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> merged_order: array<u32>;
@group(0) @binding(4) var<storage, read_write> ends: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

// How many entries of the run from `start` to `stop` have a row below `bound`.
fn rank(start: u32, stop: u32, bound: u32) -> u32 {
  var low = start;
  var high = stop;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (rows[middle] < bound) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low - start;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let run = max(params.run, 1u);
  let span = max(params.span, 1u);
  if (i < params.targets) {
    let first = i / (params.n + 1u) * params.m / span * span;
    let stop = min(first + span, params.entries);
    var end = first;
    for (var start = first; start < stop; start += run) { end += rank(start, min(start + run, stop), i + 1u); }
    ends[i] = end;
    return;
  }
  let p = i - params.targets;
  let row = rows[p];
  let first = p / span * span;
  let own = first + (p - first) / run * run;
  let group = first + (p - first) / (run * params.fan) * (run * params.fan);
  let stop = min(min(group + run * params.fan, first + span), params.entries);
  var place = group + p - own;
  for (var start = group; start < stop; start += run) {
    if (start != own) { place += rank(start, min(start + run, stop), select(row, row + 1u, start < own)); }
  }
  merged_rows[place] = row;
  merged_order[place] = order[p];
}
