// Merges neighbouring sorted runs, `fan` of them into one: an entry's place is the sum of its ranks in all of them. Ahead of
// it are, of earlier runs, the entries of its row and of lower ones; of later runs, those of lower rows: so the order within
// a row is kept. The last launch, which makes one run of all, also gives ends[t], the number of entries of rows up to t.
// One invocation per entry, and then one per row t; each looks `fan` times, in log₂ run steps.
struct Params { len: u32, entries: u32, run: u32, fan: u32 }

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged_rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> merged_order: array<u32>;
@group(0) @binding(4) var<storage, read_write> ends: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

// How many entries of the run from `start` on have a row below `bound`.
fn rank(start: u32, bound: u32) -> u32 {
  var low = start;
  var high = min(start + params.run, params.entries);
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
  if (i >= params.entries) {
    let t = i - params.entries;
    var end = 0u;
    for (var start = 0u; start < params.entries; start += params.run) { end += rank(start, t + 1u); }
    ends[t] = end;
    return;
  }
  let row = rows[i];
  let own = i / params.run * params.run;
  let group = i / (params.run * params.fan) * params.run * params.fan;
  let stop = min(group + params.run * params.fan, params.entries);
  var place = group + i - own;
  for (var start = group; start < stop; start += params.run) {
    if (start < own && row == 4294967295u) {
      place += params.run;
    } else if (start != own) {
      place += rank(start, select(row, row + 1u, start < own));
    }
  }
  merged_rows[place] = row;
  merged_order[place] = order[i];
}
