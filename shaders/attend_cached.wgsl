// Attention of `rows` new positions to those kept in a cache and to one another, for each head of each example:
//   out[i] = Σⱼ pᵢⱼ · v[j],  p the softmax of scale · q[i]·k[j] over j ≤ position + i,
// keys and values j < position from cache [batch, capacity, 2, heads, size], the others from qkv [batch, rows, 3, heads, size].
// A workgroup makes one row of one head. It takes 64 keys at a time: a lane scores one of them, then adds up columns lane and
// lane + 64 of the values. A running maximum and sum say how far what was added up must be scaled.
const LANES = 64u; // a power of two

struct Params { rows: u32, heads: u32, size: u32, capacity: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> cache: array<f32>;
@group(0) @binding(2) var<storage, read> position: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> shares: array<f32, LANES>;
var<workgroup> weights: array<f32, LANES>;

fn joined(share: f32, lane: u32, by_max: bool) -> f32 {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let other = shares[lane + half];
      shares[lane] = select(shares[lane] + other, max(shares[lane], other), by_max);
    }
    workgroupBarrier();
  }
  let result = shares[0];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (params.size == 0u) { return; }
  let width = params.heads * params.size;
  let first = group.y * params.size;
  let query = (group.z * params.rows + group.x) * 3u * width + first;
  let kept = min(position[0], params.capacity);
  // Where the key of position j lies; its value lies `width` further on.
  let in_cache = group.z * params.capacity * 2u * width + first;
  let in_qkv = group.z * params.rows * 3u * width + width + first;
  let end = kept + group.x + 1u;

  var largest = -1.0e30;
  var total = 0.0;
  var sums = vec2f();
  for (var tile = 0u; tile < end; tile += LANES) {
    let j = tile + lane;
    var score = -1.0e30;
    if (j < end) {
      score = 0.0;
      for (var e = 0u; e < params.size; e++) {
        if (j < kept) {
          score += qkv[query + e] * cache[in_cache + j * 2u * width + e];
        } else {
          score += qkv[query + e] * qkv[in_qkv + (j - kept) * 3u * width + e];
        }
      }
      score *= params.scale;
    }
    let now = max(largest, joined(score, lane, true));
    let fade = exp(largest - now);
    largest = now;
    let p = select(0.0, exp(score - now), j < end);
    weights[lane] = p;
    total = total * fade + joined(p, lane, false);
    for (var part = 0u; part < 2u; part++) {
      let e = part * LANES + lane;
      var sum = 0.0;
      for (var key = tile; key < min(end, tile + LANES) && e < params.size; key++) {
        if (key < kept) {
          sum += weights[key - tile] * cache[in_cache + key * 2u * width + width + e];
        } else {
          sum += weights[key - tile] * qkv[in_qkv + (key - kept) * 3u * width + width + e];
        }
      }
      sums[part] = sums[part] * fade + sum;
    }
    workgroupBarrier();
  }
  let at = (group.z * params.rows + group.x) * width + first;
  for (var part = 0u; part < 2u; part++) {
    let e = part * LANES + lane;
    if (e < params.size) { out[at + e] = sums[part] / total; }
  }
}
