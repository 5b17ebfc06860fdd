// Sorts spans of neighbours of the rows of [outer, n, inner], an invocation one after the other, for devices with few lanes:
// runs of RUN by counting, for each element, those that come before it; then four neighbouring runs become one, and so on. What
// lies between is kept in `area`, two lists per invocation, which stay in a cache where a span is short.
// Elements are compared by keys as in sort_parts.wgsl, and stay in their order where keys are equal: of runs that begin with
// equal keys the earlier one comes first.
// A row is cut into `spans` of `span` elements, the last one shorter. The first `keep` of each go out as pairs (key, place),
// pairs[row, ·], one span's after the other's, m to a row; with LAST 1, where a row is one span, as places only to out, laid
// out as [outer, keep, inner]. The other one of the two is not written.
// @include order_key.wgsl
const RUN = 16u;
const DESCENDING = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LAST = 0u;
const NONE = 4294967295u;
alias T = f32;

struct Params { len: u32, total: u32, n: u32, inner: u32, span: u32, spans: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> area: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

// Sorts elements first … first + RUN − 1 of a row, as far as there are any, to area[to].
fn sort_run(base: u32, first: u32, end: u32, to: u32) {
  var keys = array<u32, RUN>();
  for (var k = 0u; k < RUN; k++) {
    keys[k] = select(NONE, key_of(x[base + min(first + k, end - 1u) * params.inner]), first + k < end);
  }
  for (var k = 0u; k < RUN; k++) {
    var rank = 0u;
    for (var other = 0u; other < RUN; other++) {
      let comes_before = keys[other] < keys[k] || (keys[other] == keys[k] && other < k);
      rank += select(0u, 1u, comes_before);
    }
    if (first + k < end) { area[to + rank] = vec2u(keys[k], first + k); }
  }
}

// Whether of two heads the second one is taken: where it is less, or nothing is left of the first (its place is NONE then).
fn is_second(a: vec2u, b: vec2u) -> bool { return b.x < a.x || a.y == NONE; }

fn head(at: u32, end: u32) -> vec2u { return select(vec2u(NONE), area[min(at, end - 1u)], vec2<bool>(at < end)); }

// Merges four runs from area[start] on, of which there are `left` pairs, to area[to]; in the end to where the result goes.
fn merge_four(start: u32, left: u32, run: u32, to: u32, stride: u32, in_the_end: bool) {
  let end_of_all = start + left;
  var at = start + run * vec4u(0u, 1u, 2u, 3u);
  let ends = min(at + vec4u(min(run, params.keep)), vec4u(end_of_all));
  var a = head(at.x, ends.x);
  var b = head(at.y, max(ends.y, 1u));
  var c = head(at.z, max(ends.z, 1u));
  var d = head(at.w, max(ends.w, 1u));
  let count = min(params.keep, min(4u * run, left));
  for (var k = 0u; k < count; k++) {
    let of_left = is_second(a, b);
    let of_right = is_second(c, d);
    let least = select(a, b, vec2<bool>(of_left));
    let other = select(c, d, vec2<bool>(of_right));
    let is_right = is_second(least, other);
    let pair = select(least, other, vec2<bool>(is_right));
    if (!in_the_end) {
      area[to + k] = pair;
    } else if (LAST == 1u) {
      out[to + k * stride] = pair.y;
    } else {
      pairs[to + k] = pair;
    }
    let taken = vec4<bool>(!is_right && !of_left, !is_right && of_left, is_right && !of_right, is_right && of_right);
    at += select(vec4u(0u), vec4u(1u), taken);
    let now = select(select(at.x, at.y, of_left), select(at.z, at.w, of_right), is_right);
    let end = select(select(ends.x, ends.y, of_left), select(ends.z, ends.w, of_right), is_right);
    let next = head(now, end);
    a = select(a, next, vec2<bool>(taken.x));
    b = select(b, next, vec2<bool>(taken.y));
    c = select(c, next, vec2<bool>(taken.z));
    d = select(d, next, vec2<bool>(taken.w));
  }
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.len) { return; }
  for (var own = gid.x; own < params.total; own += params.len) {
    let row = own / params.spans;
    let number = own % params.spans;
    let first = number * params.span;
    let end = min(first + params.span, params.n);
    let count = end - first;
    let base = row / params.inner * params.n * params.inner + row % params.inner;
    var here = 2u * gid.x * params.span;
    var there = here + params.span;
    for (var k = 0u; k < count; k += RUN) { sort_run(base, first + k, end, here + k); }
    var run = RUN;
    for (; 4u * run < params.span; run *= 4u) {
      for (var k = 0u; k < count; k += 4u * run) { merge_four(here + k, count - k, run, there + k, 1u, false); }
      let were = here;
      here = there;
      there = were;
    }
    var to = row * params.m + number * params.keep;
    if (LAST == 1u) { to = row / params.inner * params.keep * params.inner + row % params.inner; }
    merge_four(here, count, run, to, params.inner, true);
  }
}
