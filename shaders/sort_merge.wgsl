// One pass of a merge sort over rows of n pairs (key, place): every two sorted runs of `run` pairs (the last may be short)
// become one, of which the first `keep` are kept. Of equal keys those of the earlier run come first, as their places do. The
// pairs go to merged[row, ·], one run's after the other's, m to a row; with LAST 1, where a row becomes one run, places go
// to out, laid out as [outer, keep, inner]. The other one of the two is not written.
// One invocation makes EACH neighbours of one of the `runs` runs: a binary search finds how many of the pairs before them
// come from each of the two, and from there on it merges.
const EACH = 8u;
const LAST = 0u;

struct Params { len: u32, n: u32, inner: u32, run: u32, runs: u32, chunks: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> merged: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let start = i % params.chunks * EACH;
  let number = i / params.chunks % params.runs;
  let row = i / (params.chunks * params.runs);
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
    if (pairs[left + middle].x <= pairs[right + start - 1u - middle].x) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  var a = low;
  var b = start - low;
  var of_left = vec2u();
  var of_right = vec2u();
  if (a < lefts) { of_left = pairs[left + a]; }
  if (b < rights) { of_right = pairs[right + b]; }
  for (var to = start; to < end; to++) {
    let is_left = b >= rights || (a < lefts && of_left.x <= of_right.x);
    let pair = select(of_right, of_left, is_left);
    if (LAST == 1u) {
      out[(row / params.inner * params.keep + to) * params.inner + row % params.inner] = pair.y;
    } else {
      merged[row * params.m + number * params.keep + to] = pair;
    }
    a += select(0u, 1u, is_left);
    b += select(1u, 0u, is_left);
    // Nothing after the last pair of a row counts.
    let next = pairs[min(select(right + b, left + a, is_left), right + rights - 1u)];
    of_left = select(of_left, next, is_left);
    of_right = select(next, of_right, is_left);
  }
}
