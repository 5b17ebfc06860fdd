// sort_merge.wgsl by fours, for devices with few lanes: four neighbouring sorted runs of `run` pairs (the last may be short, or
// missing) become one, of which the first `keep` are kept. An invocation makes a whole one of the `merged` runs of a row.
// Of runs that begin with equal keys the earlier one comes first, as its places do.
// LAST 0: pairs go to merged. LAST 1, where a row becomes one run: places go to out, laid out as [outer, keep, inner]. The other
// one of the two is not written.
const LAST = 0u;
const NONE = 4294967295u;

struct Params { len: u32, n: u32, inner: u32, run: u32, runs: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> merged: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

// Whether of two heads the second one is taken: where it is less, or nothing is left of the first (its place is NONE then).
fn second(a: vec2u, b: vec2u) -> bool { return b.x < a.x || a.y == NONE; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let number = i % params.runs;
  let row = i / params.runs;
  let first = number * 4u * params.run;
  let base = row * params.n;
  let starts = vec4u(base + first) + params.run * vec4u(0u, 1u, 2u, 3u);
  let ends = min(starts + vec4u(params.run), vec4u(base + params.n));
  var at = starts;
  var a = pairs[at.x];
  var b = vec2u(NONE);
  var c = vec2u(NONE);
  var d = vec2u(NONE);
  if (at.y < ends.y) { b = pairs[at.y]; }
  if (at.z < ends.z) { c = pairs[at.z]; }
  if (at.w < ends.w) { d = pairs[at.w]; }
  let count = min(params.keep, min(4u * params.run, params.n - first));
  let to = row * params.m + number * params.keep;
  let last_to = row / params.inner * params.keep * params.inner + row % params.inner;
  for (var k = 0u; k < count; k++) {
    let of_left = second(a, b);
    let of_right = second(c, d);
    let left = select(a, b, of_left);
    let right = select(c, d, of_right);
    let is_right = second(left, right);
    let pair = select(left, right, is_right);
    if (LAST == 1u) {
      out[last_to + k * params.inner] = pair.y;
    } else {
      merged[to + k] = pair;
    }
    let taken = vec4<bool>(!is_right && !of_left, !is_right && of_left, is_right && !of_right, is_right && of_right);
    at += select(vec4u(0u), vec4u(1u), taken);
    let now = select(select(at.x, at.y, of_left), select(at.z, at.w, of_right), is_right);
    let end = select(select(ends.x, ends.y, of_left), select(ends.z, ends.w, of_right), is_right);
    var next = vec2u(NONE);
    if (now < end) { next = pairs[now]; }
    a = select(a, next, taken.x);
    b = select(b, next, taken.y);
    c = select(c, next, taken.z);
    d = select(d, next, taken.w);
  }
}
