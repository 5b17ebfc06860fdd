// One pass of a merge sort over rows of n pairs (key, place): every two sorted runs of `run` pairs (the last may be short)
// become one, of which the first `keep` are kept. No two pairs are equal, as places differ. The pairs go to out[row, ·], one
// run's after the other's, m to a row; with LAST 1, where a row becomes one run, as places only, laid out as
// [outer, keep, inner].
// One invocation makes EACH neighbours of one of the `merged` runs: a binary search finds how many of the pairs before them
// come from each of the two, and from there on it merges.
const EACH = 8u;
const LAST = 0u;

struct Params { len: u32, n: u32, inner: u32, run: u32, merged: u32, chunks: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn comes_before(a: vec2u, b: vec2u) -> bool { return a.x < b.x || (a.x == b.x && a.y < b.y); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let start = i % params.chunks * EACH;
  let number = i / params.chunks % params.merged;
  let row = i / (params.chunks * params.merged);
  let first = number * 2u * params.run;
  let lefts = min(params.run, params.n - first);
  let rights = min(params.run, params.n - first - lefts);
  let end = min(min(start + EACH, params.keep), lefts + rights);
  if (start >= end) { return; }
  let left = row * params.n + first;
  let right = left + lefts;
  var low = start - min(start, rights);
  var high = min(start, lefts);
  while (low < high) {
    let middle = (low + high) / 2u;
    if (comes_before(pairs[left + middle], pairs[right + start - 1u - middle])) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  var a = low;
  var b = start - low;
  for (var to = start; to < end; to++) {
    var from_left = b >= rights;
    if (a < lefts && b < rights) { from_left = comes_before(pairs[left + a], pairs[right + b]); }
    let pair = pairs[select(right + b, left + a, from_left)];
    a += select(0u, 1u, from_left);
    b += select(1u, 0u, from_left);
    if (LAST == 1u) {
      out[(row / params.inner * params.keep + to) * params.inner + row % params.inner] = pair.y;
    } else {
      let at = 2u * (row * params.m + number * params.keep + to);
      out[at] = pair.x;
      out[at + 1u] = pair.y;
    }
  }
}
