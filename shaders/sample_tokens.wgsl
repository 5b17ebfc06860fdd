// out[n] = a token of row n of logits [rows, v], drawn with probability ∝ w = e^((logit − largest) / temperature) among
// those that are kept; with temperature ≤ 0 the first of the largest. One workgroup a row.
// Kept: with 0 < top_k < v, those not below the k-th largest; of these, with top_p < 1, those not below the largest bound
// above which lies a share ≥ top_p of their weight. Tokens tied with the last one kept are kept, the largest always.
// Bounds: floats as integers of the same order, two bits found by each of 16 passes over the row. So the k-th largest is
// exact, and the share is up to rounding of f32 sums (LANES partial sums, joined as a tree).
// Drawn: the token with the largest log w + g, g from the Gumbel distribution, by word i mod 2 of Threefry with key
// (seed, stream) and counter (n · ⌈v/2⌉ + i/2, step), where state = (seed, step): no sum over the row is taken.
// Logits are read as bits: NaN counts as the smallest, infinities as the largest finite number. rows · v < 2^32; v < 2^24.
// @include threefry.wgsl
// @include distributions.wgsl
const LANES = 64u; // a power of two

struct Params { rows: u32, v: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> logits: array<u32>;
@group(0) @binding(1) var<storage, read> temperature: array<f32>;
@group(0) @binding(2) var<storage, read> top_k: array<u32>;
@group(0) @binding(3) var<storage, read> top_p: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<i32>;
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> sums: array<vec3f, LANES>;
var<workgroup> scores: array<f32, LANES>;
var<workgroup> keys: array<u32, LANES>;
var<workgroup> places: array<u32, LANES>;

const MAGNITUDE = 0x7fffffffu;
const LARGEST = 0x7f7fffffu;
const SIGN = 0x80000000u;

// Larger floats have larger keys; NaN has 0, both zeros the same.
fn key_of(bits: u32) -> u32 {
  let magnitude = bits & MAGNITUDE;
  if (magnitude > 0x7f800000u) { return 0u; }
  let finite = min(magnitude, LARGEST);
  return select(SIGN + finite, SIGN - finite, bits >= SIGN);
}

fn value_of(key: u32) -> f32 {
  if (key == 0u) { return bitcast<f32>(SIGN | LARGEST); }
  return select(-bitcast<f32>(SIGN - key), bitcast<f32>(key - SIGN), key >= SIGN);
}

fn total(share: vec3f, lane: u32) -> vec3f {
  sums[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  let result = sums[0];
  workgroupBarrier();
  return result;
}

// Of all (key, score, place) the one with the largest key, then score, then the smallest place; key and place of it.
fn best(key: u32, score: f32, place: u32, lane: u32) -> vec2u {
  keys[lane] = key;
  scores[lane] = score;
  places[lane] = place;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let other = lane + half;
      let tied = keys[other] == keys[lane] && scores[other] == scores[lane];
      let above = keys[other] == keys[lane] && scores[other] > scores[lane];
      if (keys[other] > keys[lane] || above || (tied && places[other] < places[lane])) {
        keys[lane] = keys[other];
        scores[lane] = scores[other];
        places[lane] = places[other];
      }
    }
    workgroupBarrier();
  }
  let result = vec2u(keys[0], places[0]);
  workgroupBarrier();
  return result;
}

// The largest bound for which the tokens with keys at or above it, of those at or above `least`, come to `goal`: in number
// where `scale` is 0, else in weight.
fn bound(start: u32, lane: u32, least: u32, largest: f32, scale: f32, goal: f32) -> u32 {
  var low = 0u;
  for (var shift = 30u; shift < 32u; shift -= 2u) {
    let quarter = 1u << shift;
    let tries = vec3u(low) + quarter * vec3u(1u, 2u, 3u);
    var share = vec3f();
    for (var i = lane; i < params.v; i += LANES) {
      let key = key_of(logits[start + i]);
      if (key < least) { continue; }
      let weight = select(exp((value_of(key) - largest) * scale), 1.0, scale == 0.0);
      share += select(vec3f(), vec3f(weight), vec3u(key) >= tries);
    }
    let reached = total(share, lane) >= vec3f(goal);
    low += quarter * (u32(reached.x) + u32(reached.y) + u32(reached.z));
  }
  return low;
}

fn weight_of_all(start: u32, lane: u32, least: u32, largest: f32, scale: f32) -> f32 {
  var share = 0.0;
  for (var i = lane; i < params.v; i += LANES) {
    let key = key_of(logits[start + i]);
    if (key >= least) { share += exp((value_of(key) - largest) * scale); }
  }
  return total(vec3f(share), lane).x;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.v;
  var first = vec2u(0u, lane);
  for (var i = lane; i < params.v; i += LANES) {
    let key = key_of(logits[start + i]);
    if (key > first.x) { first = vec2u(key, i); }
  }
  first = best(first.x, 0.0, first.y, lane);
  if (temperature[0] <= 0.0) {
    if (lane == 0u) { out[row] = i32(first.y); }
    return;
  }

  let largest = value_of(first.x);
  let scale = min(1.0 / temperature[0], 1e30);
  var least = 0u;
  if (top_k[0] > 0u && top_k[0] < params.v) { least = bound(start, lane, 0u, largest, 0.0, f32(top_k[0])); }
  if (top_p[0] < 1.0) {
    let goal = top_p[0] * weight_of_all(start, lane, least, largest, scale);
    least = max(least, min(bound(start, lane, least, largest, scale, goal), first.x));
  }

  let pairs = (params.v + 1u) / 2u;
  var score = -3.4e38;
  var place = first.y;
  for (var j = lane; j < pairs; j += LANES) {
    let i = 2u * j;
    let mine = key_of(logits[start + i]);
    var next = 0u;
    if (i + 1u < params.v) { next = key_of(logits[start + i + 1u]); }
    if (max(mine, next) < least) { continue; }
    let bits = threefry(vec2u(state[0], params.stream), vec2u(row * pairs + j, state[1]));
    let a = (value_of(mine) - largest) * scale + gumbel(bits.x);
    let b = (value_of(next) - largest) * scale + gumbel(bits.y);
    if (mine >= least && a > score) { score = a; place = i; }
    if (i + 1u < params.v && next >= least && b > score) { score = b; place = i + 1u; }
  }
  let chosen = best(0u, score, place, lane);
  if (lane == 0u) { out[row] = i32(chosen.y); }
}
