// Sorts parts of SIZE elements of the rows of [outer, n, inner] by a bitonic network in workgroup memory, and keeps the first
// `keep` of each part. Elements are compared by keys, bits that are ordered as the numbers are (a NaN comes after all
// numbers; DESCENDING 1: keys are reversed), and where keys are equal by their places: the order is stable.
// FROM_X 1: keys are made from x. FROM_X 0: pairs (key, place) of [rows, n] are sorted; x is not read. (The other one of the two
// inputs is bound to the same buffer.) LAST 0: pairs go to out[row, ·], one part's after the other's.
// LAST 1: a row is one part, and the places go to out, laid out as [outer, keep, inner].
// A workgroup sorts TOTAL / SIZE parts; SIZE and TOTAL are powers of two, THREADS = TOTAL / 2 or less. The last part of a row
// may be short: what is missing is larger than all.
// @include order_key.wgsl
const SIZE = 256u;
const TOTAL = 256u;
const THREADS = 128u;
const DESCENDING = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const FROM_X = 1u;
const LAST = 1u;
const NONE = 4294967295u;
alias T = f32;

// m: elements of a row of pairs that goes out.
struct Params { len: u32, n: u32, inner: u32, parts: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> keys: array<u32, TOTAL>;
var<workgroup> places: array<u32, TOTAL>;

fn order(a: u32, b: u32) {
  let wrong = keys[b] < keys[a] || (keys[b] == keys[a] && places[b] < places[a]);
  if (wrong) {
    let key = keys[a];
    keys[a] = keys[b];
    keys[b] = key;
    let place = places[a];
    places[a] = places[b];
    places[b] = place;
  }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group * (TOTAL / SIZE) >= params.len) { return; }
  for (var t = lane; t < TOTAL; t += THREADS) {
    let own = group * (TOTAL / SIZE) + t / SIZE;
    let row = own / params.parts;
    let e = own % params.parts * SIZE + t % SIZE;
    var pair = vec2u(NONE, NONE);
    if (own < params.len && e < params.n) {
      if (FROM_X == 1u) {
        let base = row / params.inner * params.n * params.inner + row % params.inner;
        pair = vec2u(key_of(x[base + e * params.inner]), e);
      } else {
        pair = pairs[row * params.n + e];
      }
    }
    keys[t] = pair.x;
    places[t] = pair.y;
  }
  workgroupBarrier();
  for (var run = 2u; run <= SIZE; run *= 2u) {
    // Two sorted halves: the second one backwards beside the first, then ever smaller distances.
    for (var t = lane; t < TOTAL / 2u; t += THREADS) {
      let off = t & (run / 2u - 1u);
      let start = (t - off) * 2u;
      order(start + off, start + run - 1u - off);
    }
    workgroupBarrier();
    for (var far = run / 4u; far > 0u; far /= 2u) {
      for (var t = lane; t < TOTAL / 2u; t += THREADS) {
        let off = t & (far - 1u);
        let a = (t - off) * 2u + off;
        order(a, a + far);
      }
      workgroupBarrier();
    }
  }
  for (var t = lane; t < TOTAL; t += THREADS) {
    let own = group * (TOTAL / SIZE) + t / SIZE;
    let row = own / params.parts;
    let part = own % params.parts;
    let rank = t % SIZE;
    if (own < params.len && rank < params.keep && part * SIZE + rank < params.n) {
      if (LAST == 1u) {
        out[(row / params.inner * params.keep + rank) * params.inner + row % params.inner] = places[t];
      } else {
        let at = 2u * (row * params.m + part * params.keep + rank);
        out[at] = keys[t];
        out[at + 1u] = places[t];
      }
    }
  }
}
