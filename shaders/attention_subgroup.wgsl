enable subgroups;

// out[i] = Σⱼ pᵢⱼ · fᵢⱼ · v[j],  pᵢⱼ = exp(sᵢⱼ − lseᵢ),  sᵢⱼ = scale · q[i]·k[j],  lseᵢ = log Σⱼ exp sᵢⱼ,  for each head of each
// example, over the keys j < lengths[example], and with CAUSAL j ≤ i. f is the dropout factor of element (i, j). Rows
// without keys give zeros. Scores are never stored: a running maximum and sum say how far what was added up must be scaled.
// stats[i] = (bits of lseᵢ, number of keys, seed, step): what the gradient needs to make p and f again.
// A workgroup is one subgroup and makes ROWS rows. It takes 4·LANES keys at a time: lane l the scores of keys 4l … 4l + 3,
// then elements 4l … 4l + 3 of the sums; what one lane has and all need goes by shuffle. For devices as of
// matmul_subgroup.wgsl. Strides say where examples, heads and rows lie, in vec4s.
// @include dropout_factors.wgsl
alias T = f32;
const LANES = 8u; // the device's subgroup size: 4 or 8
const HELD = 1u; // vec4s of a row that a lane holds: quads / LANES, rounded up
const ROWS = 8u;
const DROPOUT = 0u; // 0: every factor is 1, and random is not read

const PARTS = ROWS * HELD;
const NOWHERE = 3.0e38; // lse of a row without keys: exp(s − lse) is 0

struct Params {
  first: u32, heads: u32, rows: u32, keys: u32, quads: u32, causal: u32, by_length: u32, scale: f32, stream: u32, p: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  v_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<T>>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read> random: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4<T>>;
@group(0) @binding(6) var<storage, read_write> stats: array<vec4u>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let pair = params.first + group.y;
  let heads = max(params.heads, 1u);
  let batch = pair / heads;
  let head = pair % heads;
  let row = group.x * ROWS;
  let last_row = max(params.rows, 1u) - 1u;
  let last_key = max(params.keys, 1u) - 1u;
  var count = params.keys;
  if (params.by_length == 1u) { count = min(count, u32(max(lengths[batch], 0))); }
  var seed_and_step = vec2u();
  if (DROPOUT == 1u) { seed_and_step = vec2u(random[0], random[1]); }

  let last_quad = max(params.quads, 1u) - 1u; // lanes beyond the edge repeat it; they store nothing
  // Loops over h have a constant bound only where it is 1: unrolling more takes the compiler many seconds.
  let held = select((params.quads + LANES - 1u) / LANES, 1u, HELD == 1u);

  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.v_at + batch * params.v_batch + head * params.v_head;
  var query: array<vec4f, PARTS>;
  var sums: array<vec4f, PARTS>;
  var largest: array<f32, ROWS>;
  var total: array<f32, ROWS>; // of the keys that this lane had
  // One place that loads, and one that stores, see attention_grad_query_subgroup.wgsl.
  for (var r = 0u; r < select(ROWS, 0u, count == 0u); r++) {
    let at = q_base + min(row + r, last_row) * params.q_row;
    for (var h = 0u; h < held; h++) {
      let loaded = vec4f(q[at + min(h * LANES + lane, last_quad)]) * params.scale;
      // @unroll
      for (var n = 0u; n < PARTS; n++) { query[n] = select(query[n], loaded, n == r * HELD + h); }
    }
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) { largest[r] = -1.0e30; }

  let end = select(count, min(count, row + ROWS), params.causal == 1u);
  for (var tile = 0u; tile < end; tile += 4u * LANES) {
    let keys = tile + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    var k_at = k_base + min(keys, vec4u(last_key)) * params.k_row;
    var scores = array<vec4f, ROWS>();
    // @unroll HELD
    for (var h = 0u; h < held; h++) {
      for (var l = 0u; l < min(LANES, params.quads - h * LANES); l++) {
        let c0 = vec4f(k[k_at.x]);
        let c1 = vec4f(k[k_at.y]);
        let c2 = vec4f(k[k_at.z]);
        let c3 = vec4f(k[k_at.w]);
        k_at += 1u;
        let b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
        let b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
        let b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
        let b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let theirs = subgroupShuffle(query[r * HELD + h], l);
          scores[r] += theirs.x * b0;
          scores[r] += theirs.y * b1;
          scores[r] += theirs.z * b2;
          scores[r] += theirs.w * b3;
        }
      }
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let i = row + r;
      let inside = keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u));
      let s = select(vec4f(-1.0e30), scores[r], inside);
      let now = max(largest[r], subgroupMax(max(max(s.x, s.y), max(s.z, s.w))));
      let fade = exp(largest[r] - now);
      largest[r] = now;
      var p = select(vec4f(), exp(s - now), inside);
      total[r] = total[r] * fade + (p.x + p.y + p.z + p.w);
      // @unroll HELD
      for (var h = 0u; h < held; h++) { sums[r * HELD + h] *= fade; }
      if (DROPOUT == 1u) {
        let first = (pair * params.rows + i) * params.keys;
        p *= dropout_factors(first + keys.x, seed_and_step.x, seed_and_step.y, params.stream, params.p);
      }
      scores[r] = p;
    }
    // @unroll HELD
    for (var h = 0u; h < held; h++) {
      let quad = min(h * LANES + lane, last_quad);
      var made = array<vec4f, ROWS>();
      for (var l = 0u; l < min(LANES, (end - tile + 3u) / 4u); l++) {
        // @unroll
        for (var j = 0u; j < 4u; j++) {
          let value = vec4f(v[v_base + min(tile + 4u * l + j, last_key) * params.v_row + quad]);
          // @unroll
          for (var r = 0u; r < ROWS; r++) { made[r] += subgroupShuffle(scores[r][j], l) * value; }
        }
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) { sums[r * HELD + h] += made[r]; }
    }
  }

  for (var r = 0u; r < ROWS && row + r < params.rows; r++) {
    var part = 0.0;
    var most = 0.0;
    // @unroll
    for (var n = 0u; n < ROWS; n++) {
      part = select(part, total[n], n == r);
      most = select(most, largest[n], n == r);
    }
    let all = subgroupAdd(part);
    let inverse = select(0.0, 1.0 / max(all, 1.0e-30), all > 0.0);
    let at = batch * params.out_batch + head * params.out_head + (row + r) * params.out_row;
    for (var h = 0u; h < held; h++) {
      var made = vec4f();
      // @unroll
      for (var n = 0u; n < PARTS; n++) { made = select(made, sums[n], n == r * HELD + h); }
      if (h * LANES + lane < params.quads) { out[at + h * LANES + lane] = vec4<T>(made * inverse); }
    }
    let lse = select(NOWHERE, most + log(max(all, 1.0e-30)), all > 0.0);
    if (lane == 0u) { stats[pair * params.rows + row + r] = vec4u(bitcast<u32>(lse), count, seed_and_step); }
  }
}
