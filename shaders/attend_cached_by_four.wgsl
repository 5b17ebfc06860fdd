// attend_cached.wgsl for heads of 4·quads elements, read as vec4s; the head size, `width` and all that follows are counted in
// fours. A workgroup makes one row of one head. It takes TILE keys at a time, of which a lane scores KEYS at once, then adds up
// values: lanes are as many columns, COLS vec4s each, as the head has, and if they are more, each column has several that take
// turns at the keys. A running maximum says how far what was added up must be scaled; sums of lanes are joined at the end.
const LANES = 64u;
const KEYS = 1u;
const TILE = 64u; // a multiple of LANES · KEYS
const SPAN = 16u; // lanes beside one another along a head: a power of two, LANES at most
const COLS = 1u; // quads / SPAN, rounded up
const SUMS = 64u; // LANES · COLS

struct Params { rows: u32, heads: u32, quads: u32, capacity: u32, lanes: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read> cache: array<vec4f>;
@group(0) @binding(2) var<storage, read> position: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> shares: array<f32, LANES>;
var<workgroup> weights: array<f32, TILE>;
var<workgroup> parts: array<vec4f, SUMS>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (params.quads == 0u) { return; }
  let width = params.heads * params.quads;
  let first = group.y * params.quads;
  let query = (group.z * params.rows + group.x) * 3u * width + first;
  let kept = min(position[0], params.capacity);
  // Where the key of position j lies; its value lies `width` further on.
  let in_cache = group.z * params.capacity * 2u * width + first;
  let in_qkv = group.z * params.rows * 3u * width + width + first;
  let end = kept + group.x + 1u;
  let column = lane % SPAN;
  let turn = lane / SPAN;

  var largest = -1.0e30;
  var total = 0.0;
  var sums = array<vec4f, COLS>();
  for (var tile = 0u; tile < end; tile += TILE) {
    for (var begin = tile + lane; begin < min(kept, tile + TILE); begin += LANES * KEYS) {
      var scores = array<f32, KEYS>();
      for (var e = 0u; e < params.quads; e++) {
        let q = qkv[query + e];
        for (var k = 0u; k < KEYS; k++) {
          let j = min(begin + k * LANES, kept - 1u);
          scores[k] += dot(q, cache[in_cache + j * 2u * width + e]);
        }
      }
      for (var k = 0u; k < KEYS; k++) { weights[begin - tile + k * LANES] = scores[k] * params.scale; }
    }
    let fresh = max(tile, kept);
    for (var j = fresh + (lane + LANES - (fresh - tile) % LANES) % LANES; j < min(end, tile + TILE); j += LANES) {
      var score = 0.0;
      for (var e = 0u; e < params.quads; e++) { score += dot(qkv[query + e], qkv[in_qkv + (j - kept) * 3u * width + e]); }
      weights[j - tile] = score * params.scale;
    }
    var high = -1.0e30;
    for (var j = tile + lane; j < min(end, tile + TILE); j += LANES) { high = max(high, weights[j - tile]); }
    shares[lane] = high;
    workgroupBarrier();
    var now = largest;
    for (var other = 0u; other < params.lanes; other++) { now = max(now, shares[other]); }
    let fade = exp(largest - now);
    largest = now;
    total *= fade;
    for (var j = tile + lane; j < min(end, tile + TILE); j += LANES) {
      let p = exp(weights[j - tile] - now);
      weights[j - tile] = p;
      total += p;
    }
    workgroupBarrier();
    for (var c = 0u; c < COLS; c++) {
      var sum = vec4f();
      let e = column + c * SPAN;
      if (e < params.quads) {
        var key = tile + turn;
        for (; key < min(kept, tile + TILE); key += LANES / SPAN) {
          sum += weights[key - tile] * cache[in_cache + key * 2u * width + width + e];
        }
        for (; key < min(end, tile + TILE); key += LANES / SPAN) {
          sum += weights[key - tile] * qkv[in_qkv + (key - kept) * 3u * width + width + e];
        }
      }
      sums[c] = sums[c] * fade + sum;
    }
    workgroupBarrier();
  }
  for (var c = 0u; c < COLS; c++) { parts[c * LANES + lane] = sums[c]; }
  shares[lane] = total;
  workgroupBarrier();
  if (turn > 0u) { return; }
  var all = 0.0;
  for (var other = 0u; other < params.lanes; other++) { all += shares[other]; }
  let at = (group.z * params.rows + group.x) * width + first;
  for (var c = 0u; c < COLS; c++) {
    var sum = vec4f();
    for (var other = column; other < params.lanes; other += SPAN) { sum += parts[c * LANES + other]; }
    if (column + c * SPAN < params.quads) { out[at + column + c * SPAN] = sum / all; }
  }
}
