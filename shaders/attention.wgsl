// out[i] = Σⱼ pᵢⱼ · fᵢⱼ · v[j],  pᵢⱼ = exp(sᵢⱼ − lseᵢ),  sᵢⱼ = scale · q[i]·k[j],  lseᵢ = log Σⱼ exp sᵢⱼ,  for each head of each
// example, over the keys j < lengths[example], and with CAUSAL j ≤ i. f is the dropout factor of element (i, j). Rows
// without keys give zeros. Scores are never stored: a running maximum and sum say how far what was added up must be scaled.
// stats[i] = (bits of lseᵢ, number of keys, seed, step): what the gradient needs to make p and f again.
// A workgroup of 8 × 8 makes 32 rows and takes 32 keys at a time; q, k and v go through workgroup memory 32 columns at a
// time. Invocation (x, y) keeps rows 4y … 4y + 3: their scores for keys 4x … 4x + 3, then columns 4x … 4x + 3 of each chunk
// of their sums. Strides say where examples, heads and rows lie.
// For heads that are no multiple of 4; attention_by_four.wgsl makes the others.
// Dao et al. 2022, "FlashAttention".
// T is the type of all that is read or made of q, k and v; sums are f32.
// @include dropout_factors.wgsl
alias T = f32;
const CHUNKS = 1u; // size / 32, rounded up
const DROPOUT = 0u; // 0: every factor is 1, and random is not read

const TILE = 32u;
const PITCH = 33u; // of a row in workgroup memory: neighbours in a column lie in different banks
const CELLS = TILE * PITCH;
const PARTS = 4u * CHUNKS;
const NOWHERE = 3.0e38; // lse of a row without keys: exp(s − lse) is 0

struct Params {
  first: u32, heads: u32, rows: u32, keys: u32, size: u32, causal: u32, by_length: u32, scale: f32, stream: u32, p: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  v_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32,
}

@group(0) @binding(0) var<storage, read> q: array<T>;
@group(0) @binding(1) var<storage, read> k: array<T>;
@group(0) @binding(2) var<storage, read> v: array<T>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read> random: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<T>;
@group(0) @binding(6) var<storage, read_write> stats: array<vec4u>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> left: array<f32, CELLS>; // [column][row]
var<workgroup> right: array<f32, CELLS>; // [column][key], then [key][column]
var<workgroup> weights: array<f32, CELLS>; // [key][row]
var<workgroup> shares: array<f32, 256>; // [row][x]

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let pair = params.first + group.y;
  let heads = max(params.heads, 1u);
  let batch = pair / heads;
  let head = pair % heads;
  let row0 = group.x * TILE;
  let x4 = local.x * 4u;
  let y4 = local.y * 4u;
  var count = params.keys;
  if (params.by_length == 1u) { count = min(count, u32(max(lengths[batch], 0))); }
  var seed_and_step = vec2u();
  if (DROPOUT == 1u) { seed_and_step = vec2u(random[0], random[1]); }
  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.v_at + batch * params.v_batch + head * params.v_head;

  var sums: array<vec4f, PARTS>;
  var largest = vec4f(-1.0e30);
  var total = vec4f(); // of the keys that this invocation had
  let end = select(count, min(count, row0 + TILE), params.causal == 1u);
  for (var key0 = 0u; key0 < end; key0 += TILE) {
    var scores = array<vec4f, 4>();
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let c = e % TILE;
        let column = chunk * TILE + c;
        let in_q = row0 + r < params.rows && column < params.size;
        let in_k = key0 + r < params.keys && column < params.size;
        left[c * PITCH + r] = select(0.0, f32(q[select(0u, q_base + (row0 + r) * params.q_row + column, in_q)]), in_q);
        right[c * PITCH + r] = select(0.0, f32(k[select(0u, k_base + (key0 + r) * params.k_row + column, in_k)]), in_k);
      }
      workgroupBarrier();
      for (var c = 0u; c < min(TILE, params.size - chunk * TILE); c++) {
        let at = c * PITCH;
        let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
        scores[0] += left[at + y4] * theirs;
        scores[1] += left[at + y4 + 1u] * theirs;
        scores[2] += left[at + y4 + 2u] * theirs;
        scores[3] += left[at + y4 + 3u] * theirs;
      }
    }
    let keys = key0 + x4 + vec4u(0u, 1u, 2u, 3u);
    for (var r = 0u; r < 4u; r++) {
      let inside = keys < vec4u(select(count, min(count, row0 + y4 + r + 1u), params.causal == 1u));
      scores[r] = select(vec4f(-1.0e30), scores[r] * params.scale, inside);
      shares[(y4 + r) * 8u + local.x] = max(max(scores[r].x, scores[r].y), max(scores[r].z, scores[r].w));
    }
    workgroupBarrier();
    for (var r = 0u; r < 4u; r++) {
      let i = row0 + y4 + r;
      var now = largest[r];
      for (var s = 0u; s < 8u; s++) { now = max(now, shares[(y4 + r) * 8u + s]); }
      let fade = exp(largest[r] - now);
      largest[r] = now;
      let inside = keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u));
      var p = select(vec4f(), exp(scores[r] - now), inside);
      total[r] = total[r] * fade + (p.x + p.y + p.z + p.w);
      for (var chunk = 0u; chunk < CHUNKS; chunk++) { sums[r * CHUNKS + chunk] *= fade; }
      if (DROPOUT == 1u) {
        let e = (pair * params.rows + i) * params.keys + keys.x;
        p *= dropout_factors(e, seed_and_step.x, seed_and_step.y, params.stream, params.p);
      }
      for (var c = 0u; c < 4u; c++) { weights[(x4 + c) * PITCH + y4 + r] = p[c]; }
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let column = chunk * TILE + e % TILE;
        let inside = key0 + r < params.keys && column < params.size;
        let at = v_base + (key0 + r) * params.v_row + column;
        right[r * PITCH + e % TILE] = select(0.0, f32(v[select(0u, at, inside)]), inside);
      }
      workgroupBarrier();
      for (var key = 0u; key < min(TILE, end - key0); key++) {
        let at = key * PITCH;
        let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
        sums[chunk] += weights[at + y4] * theirs;
        sums[CHUNKS + chunk] += weights[at + y4 + 1u] * theirs;
        sums[2u * CHUNKS + chunk] += weights[at + y4 + 2u] * theirs;
        sums[3u * CHUNKS + chunk] += weights[at + y4 + 3u] * theirs;
      }
    }
  }

  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) { shares[(y4 + r) * 8u + local.x] = total[r]; }
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    let i = row0 + y4 + r;
    if (i >= params.rows) { break; }
    var all = 0.0;
    for (var s = 0u; s < 8u; s++) { all += shares[(y4 + r) * 8u + s]; }
    let inverse = select(0.0, 1.0 / max(all, 1.0e-30), all > 0.0);
    let at = batch * params.out_batch + head * params.out_head + i * params.out_row;
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      for (var c = 0u; c < 4u; c++) {
        let column = chunk * TILE + x4 + c;
        if (column < params.size) { out[at + column] = T(sums[r * CHUNKS + chunk][c] * inverse); }
      }
    }
    let lse = select(NOWHERE, largest[r] + log(max(all, 1.0e-30)), all > 0.0);
    if (local.x == 0u) { stats[pair * params.rows + i] = vec4u(bitcast<u32>(lse), count, seed_and_step); }
  }
}
