// out[n] = a token of row n of logits [rows, v], drawn with probability ∝ w = e^((logit − largest) / temperature) among
// those that are kept; with temperature ≤ 0 the first of the largest. One workgroup per row.
// Kept: with 0 < top_k < v, those not below the k-th largest; of these, with top_p < 1, those not below the largest bound
// above which lies a share ≥ top_p of their weight. Tokens tied with the last one kept are kept, the largest always.
// Few are kept as a rule: so the greatest of GROUPS groups of tokens are found, and what is not below the top_k-th of these (of
// the half of them where top_k says nothing) is listed, if it finds ROOM. That takes two looks at the row; all others go through
// the list. Where it does not suffice, they go through the row.
// Bounds: floats as integers of the same order, two bits found by each of 16 looks. So the k-th largest is
// exact, and the share is up to rounding of f32 sums (LANES partial sums, joined as a tree).
// Drawn: the token with the largest log w + g, g from the Gumbel distribution, by word i mod 2 of Threefry with key
// (seed, stream) and counter (n · ⌈v/2⌉ + i/2, step), where state = (seed, step): no sum over the row is taken.
// Logits are read as bits: NaN counts as the smallest, infinities as the largest finite number. rows · v < 2^32; v < 2^24.
// @include threefry.wgsl
// @include distributions.wgsl
const LANES = 64u; // a power of two
const GROUPS = 256u; // 4·LANES·params.each
const ROOM = 1024u; // for tokens on the list; with 256 lanes 512 at most, for 16 KiB of workgroup memory

// steps: vec4s that a lane looks through, 32 at most, before it lists what it found.
// Bounds of loops that compilers could unroll, which takes software adapters seconds.
struct Params { rows: u32, v: u32, stream: u32, lanes: u32, each: u32, groups: u32, steps: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4u>;
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
var<workgroup> greatest: array<u32, GROUPS>;
var<workgroup> list: array<vec2u, ROOM>; // keys and places
var<workgroup> found: atomic<u32>;
var<workgroup> number: u32;
var<workgroup> limit: u32;

const MAGNITUDE = 0x7fffffffu;
const LARGEST = 0x7f7fffffu;
const NONE = 0xffffffffu;
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
  for (var half = params.lanes / 2u; half > 0u; half /= 2u) {
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
  for (var half = params.lanes / 2u; half > 0u; half /= 2u) {
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

// Of the row from `start` on: its elements, or those on the list.
struct Tokens { start: u32, listed: bool, n: u32 }

fn key_in_row(i: u32) -> u32 { return key_of(logits[i / 4u][i % 4u]); }

// Key and place of the i-th.
fn token(tokens: Tokens, i: u32) -> vec2u {
  if (tokens.listed) { return list[i]; }
  return vec2u(key_in_row(tokens.start + i), i);
}

fn keys_of(q: u32, start: u32, end: u32) -> vec4u {
  let x = logits[q];
  let at = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
  let magnitude = x & vec4u(MAGNITUDE);
  let finite = min(magnitude, vec4u(LARGEST));
  let key = select(vec4u(SIGN) + finite, vec4u(SIGN) - finite, x >= vec4u(SIGN));
  let counts = (magnitude <= vec4u(0x7f800000u)) & (at >= vec4u(start)) & (at < vec4u(end));
  return select(vec4u(0u), key, counts);
}

// Lists the tokens of a row that are not below the `wanted`-th of the greatest of groups, or all where there is room.
fn list_first(start: u32, wanted: u32, lane: u32) -> Tokens {
  let end = start + params.v;
  let quads = (end + 3u) / 4u;
  let whole = params.v <= ROOM;
  for (var e = 0u; e < params.each; e++) {
    var great = vec4u(0u);
    for (var q = start / 4u + e * LANES + lane; q < quads && !whole; q += params.each * LANES) {
      great = max(great, keys_of(q, start, end));
    }
    for (var c = 0u; c < 4u; c++) { greatest[4u * (e * LANES + lane) + c] = great[c]; }
  }
  if (lane == 0u) {
    atomicStore(&found, 0u);
    limit = 0u;
  }
  workgroupBarrier();
  for (var g = 4u * lane; g < params.groups && !whole; g += 4u * LANES) {
    let mine = vec4u(greatest[g], greatest[g + 1u], greatest[g + 2u], greatest[g + 3u]);
    var above = vec4u();
    var up_to = vec4u();
    for (var other = 0u; other < params.groups; other++) {
      above += select(vec4u(), vec4u(1u), vec4u(greatest[other]) > mine);
      up_to += select(vec4u(), vec4u(1u), vec4u(greatest[other]) >= mine);
    }
    let is_it = (above < vec4u(wanted)) & (up_to >= vec4u(wanted));
    for (var c = 0u; c < 4u; c++) {
      if (is_it[c]) { limit = mine[c]; }
    }
  }
  let least = workgroupUniformLoad(&limit);
  for (var tile = start / 4u; tile < quads && wanted > 0u; tile += params.steps * LANES) {
    // Which vec4s have something is noted first: few have, and software adapters pass through a branch nobody takes.
    var hits = 0u;
    for (var step = 0u; step < params.steps; step++) {
      let q = tile + step * LANES + lane;
      if (q < quads && any(keys_of(q, start, end) >= vec4u(least))) { hits |= 1u << step; }
    }
    while (hits != 0u) {
      let q = tile + firstTrailingBit(hits) * LANES + lane;
      hits &= hits - 1u;
      let key = keys_of(q, start, end);
      let at = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
      let taken = (key >= vec4u(least)) & (at >= vec4u(start)) & (at < vec4u(end));
      let ones = select(vec4u(), vec4u(1u), taken);
      var to = atomicAdd(&found, ones.x + ones.y + ones.z + ones.w);
      for (var c = 0u; c < 4u; c++) {
        if (taken[c] && to < ROOM) { list[to] = vec2u(key[c], at[c] - start); }
        to += ones[c];
      }
    }
  }
  workgroupBarrier();
  if (lane == 0u) { number = atomicLoad(&found); }
  let total = workgroupUniformLoad(&number);
  let listed = wanted > 0u && total <= ROOM;
  return Tokens(start, listed, select(params.v, total, listed));
}

fn first_of(tokens: Tokens, lane: u32) -> vec2u {
  var first = vec2u(0u, 0xffffffffu);
  for (var i = lane; i < tokens.n; i += LANES) {
    let next = token(tokens, i);
    if (next.x > first.x || (next.x == first.x && next.y < first.y)) { first = next; }
  }
  return best(first.x, 0.0, first.y, lane);
}

// The largest bound for which the tokens with keys at or above it, of those at or above `least`, come to `goal`: in number
// where `scale` is 0, else in weight.
fn bound(tokens: Tokens, lane: u32, least: u32, largest: f32, scale: f32, goal: f32) -> u32 {
  var low = 0u;
  for (var quarter = select(0u, 0x40000000u, params.v > 0u); quarter > 0u; quarter /= 4u) {
    let tries = vec3u(low) + quarter * vec3u(1u, 2u, 3u);
    var share = vec3f();
    for (var i = lane; i < tokens.n; i += LANES) {
      let key = token(tokens, i).x;
      if (key < least) { continue; }
      let weight = select(exp((value_of(key) - largest) * scale), 1.0, scale == 0.0);
      share += select(vec3f(), vec3f(weight), vec3u(key) >= tries);
    }
    let reached = total(share, lane) >= vec3f(goal);
    low += quarter * (u32(reached.x) + u32(reached.y) + u32(reached.z));
  }
  return low;
}

// What those at or above each of two keys weigh together.
fn weights_of(tokens: Tokens, lane: u32, least: vec2u, largest: f32, scale: f32) -> vec2f {
  var share = vec3f();
  for (var i = lane; i < tokens.n; i += LANES) {
    let key = token(tokens, i).x;
    let weight = exp((value_of(key) - largest) * scale);
    share += select(vec3f(), vec3f(weight), vec3u(key) >= vec3u(least, NONE));
  }
  return total(share, lane).xy;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.v;
  let greedy = temperature[0] <= 0.0;
  let by_k = !greedy && top_k[0] > 0u && top_k[0] < params.v;
  let by_p = !greedy && top_p[0] < 1.0;
  var wanted = select(0u, min(GROUPS / 2u, ROOM / 4u), by_p);
  if (by_k) { wanted = top_k[0]; }
  if (greedy) { wanted = 1u; }
  if (wanted > min(GROUPS, ROOM / 2u) && params.v > ROOM) { wanted = 0u; }
  var kept = list_first(start, wanted, lane);
  let first = first_of(kept, lane);
  if (greedy) {
    if (lane == 0u) { out[row] = i32(first.y); }
    return;
  }

  let largest = value_of(first.x);
  let scale = min(1.0 / temperature[0], 1e30);
  var least = 0u;
  // First by number, then by weight.
  for (var weighed = select(1u, 0u, by_k); weighed < select(1u, 2u, by_p); weighed++) {
    var goal = f32(top_k[0]);
    if (weighed == 1u) {
      var whole = kept;
      if (!by_k) { whole = Tokens(start, false, params.v); }
      let weights = weights_of(whole, lane, vec2u(least, limit), largest, scale);
      goal = top_p[0] * weights.x;
      if (!by_k && weights.y < goal) { kept = whole; }
    }
    let reached = bound(kept, lane, least, largest, select(0.0, scale, weighed == 1u), goal);
    least = max(least, min(reached, first.x));
  }

  var score = -3.4e38;
  var place = first.y;
  let key = vec2u(state[0], params.stream);
  let pairs = (params.v + 1u) / 2u;
  for (var i = lane; i < kept.n && kept.listed; i += LANES) {
    let mine = list[i];
    let bits = threefry(key, vec2u(row * pairs + mine.y / 2u, state[1]));
    let a = (value_of(mine.x) - largest) * scale + gumbel(select(bits.x, bits.y, mine.y % 2u == 1u));
    if (mine.x >= least && (a > score || (a == score && mine.y < place))) { score = a; place = mine.y; }
  }
  for (var j = lane; j < pairs && !kept.listed; j += LANES) {
    let i = 2u * j;
    let mine = key_in_row(start + i);
    var next = 0u;
    if (i + 1u < params.v) { next = key_in_row(start + i + 1u); }
    if (max(mine, next) < least) { continue; }
    let bits = threefry(key, vec2u(row * pairs + j, state[1]));
    let a = (value_of(mine) - largest) * scale + gumbel(bits.x);
    let b = (value_of(next) - largest) * scale + gumbel(bits.y);
    if (mine >= least && a > score) { score = a; place = i; }
    if (i + 1u < params.v && next >= least && b > score) { score = b; place = i + 1u; }
  }
  let chosen = best(0u, score, place, lane);
  if (lane == 0u) { out[row] = i32(chosen.y); }
}
