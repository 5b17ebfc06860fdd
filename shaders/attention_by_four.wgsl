// out[i] = Σⱼ pᵢⱼ · fᵢⱼ · v[j],  pᵢⱼ = exp(sᵢⱼ − lseᵢ),  sᵢⱼ = scale · q[i]·k[j],  lseᵢ = log Σⱼ exp sᵢⱼ,  for each head of each
// example, over the keys j < lengths[example], and with CAUSAL j ≤ i. f is the dropout factor of element (i, j). Rows
// without keys give zeros. Scores are never stored: a running maximum and sum say how far what was added up must be scaled.
// stats[i] = (bits of lseᵢ, number of keys, seed, step): what the gradient needs to make p and f again.
// All is read and written four elements at a time: at, batch, head and row of an operand are fours of elements. A workgroup makes
// 4 · LINES · GROUPS rows and takes 32 keys a turn, see include/attention_tiles.wgsl; the last rows come first, which see the most
// keys. What the next tile needs is read from memory while one is worked on. Scores are those of 2^s.
// T is the type of all that is read or made of q, k and v; sums are f32.
// Dao et al. 2022, "FlashAttention".
// @include dropout_factors.wgsl
// @include attention_tiles.wgsl
alias T = f32;
const LINES = 8u; // a multiple of 8
const GROUPS = 1u; // LINES · GROUPS is 8 or 16
const CHUNKS = 1u; // size / 32, rounded up
const SPAN = 1u; // chunks of v a time, 1 or 2
const STEPS = 1u; // CHUNKS / SPAN, rounded up
const CELLS = 1024u; // of the tile
const WHOLE = 0u; // 1: no chunk reaches beyond the head
const DROPOUT = 0u; // 0: every factor is 1, and random is not read

const HELD = 4u * GROUPS; // rows of an invocation
const ROWS = LINES * HELD;
const STAGES = CHUNKS + STEPS; // of a turn
const PARTS = STEPS * SPAN * HELD;
const NOWHERE = 3.0e38; // lse of a row without keys: exp(s − lse) is 0
const LOG2_E = 1.44269504;

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

var<workgroup> tile: array<vec4f, CELLS>;

@compute @workgroup_size(8, LINES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let pair = params.first + group.y;
  let row0 = (groups.x - 1u - group.x) * ROWS;
  var count = params.keys;
  if (params.by_length == 1u) { count = min(count, u32(max(lengths[pair / max(params.heads, 1u)], 0))); }
  var seed_and_step = vec2u();
  if (DROPOUT == 1u) { seed_and_step = vec2u(random[0], random[1]); }
  let end = select(count, min(count, row0 + ROWS), params.causal == 1u);
  let at = head_of(pair, end);

  var ahead: array<vec4f, AHEAD>;
  var scores: array<vec4f, HELD>;
  var sums: array<vec4f, PARTS>;
  var largest: array<vec4f, GROUPS>;
  var total: array<vec4f, GROUPS>; // of the keys that this invocation had
  for (var g = 0u; g < GROUPS; g++) { largest[g] = vec4f(-1.0e30); }
  let stages = (end + TURN - 1u) / TURN * STAGES;
  var current = STAGES; // none
  var key0 = 0u;
  for (var t = 0u; t <= stages; t++) {
    let next = t % STAGES;
    let next_key0 = t / STAGES * TURN;
    if (next < CHUNKS) {
      load_q_and_k(&ahead, at, local, row0, next_key0, next);
    } else {
      load_v(&ahead, at, local, next_key0, next - CHUNKS);
    }
    if (current == 0u) { scores = array<vec4f, HELD>(); }
    if (current < CHUNKS) { add_products(&scores, local, min(8u, params.quads - current * 8u)); }
    if (current + 1u == CHUNKS) {
      for (var r = 0u; r < HELD; r++) { scores[r] *= params.scale * LOG2_E; }
      if (key0 + TURN > count || (params.causal == 1u && key0 + TURN > row0 + 1u)) {
        let keys = key0 + local.x * 4u + vec4u(0u, 1u, 2u, 3u);
        for (var r = 0u; r < HELD; r++) {
          let i = row0 + own_line(local, r);
          let inside = keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u));
          scores[r] = select(vec4f(-2.0e30), scores[r], inside); // 2^ of it less any `largest` is 0
        }
      }
      var most = array<vec4f, GROUPS>();
      for (var g = 0u; g < GROUPS; g++) {
        for (var r = 0u; r < 4u; r++) {
          let s = scores[4u * g + r];
          most[g][r] = max(max(s.x, s.y), max(s.z, s.w));
        }
      }
      keep_shares(&most, local);
      workgroupBarrier();
      for (var g = 0u; g < GROUPS; g++) {
        var now = largest[g];
        for (var s = 0u; s < 8u; s++) { now = max(now, tile[SHARES + (local.y + g * LINES) * PITCH + s]); }
        let fade = exp2(largest[g] - now);
        largest[g] = now;
        total[g] *= fade;
        for (var r = 0u; r < 4u; r++) {
          let p = exp2(scores[4u * g + r] - now[r]);
          total[g][r] += (p.x + p.y) + (p.z + p.w);
          scores[4u * g + r] = p;
          for (var part = 0u; part < STEPS * SPAN; part++) { sums[part * HELD + 4u * g + r] *= fade[r]; }
        }
      }
      if (DROPOUT == 1u) {
        for (var r = 0u; r < HELD; r++) {
          let i = row0 + own_line(local, r);
          let e = (pair * params.rows + i) * params.keys + key0 + local.x * 4u;
          scores[r] *= dropout_factors(e, seed_and_step.x, seed_and_step.y, params.stream, params.p);
        }
      }
    }
    // @unroll
    for (var step = 0u; step < STEPS; step++) {
      if (current == CHUNKS + step) { add_weighted(&sums, step, local, min(TURN, end - key0)); }
    }
    workgroupBarrier();
    if (next < CHUNKS) { keep_lines(&ahead, local); } else { keep_wide(&ahead, local); }
    if (next == CHUNKS) { keep_weights(&scores, local); }
    workgroupBarrier();
    current = next;
    key0 = next_key0;
  }

  keep_shares(&total, local);
  workgroupBarrier();
  add_shares(&total, local);
  for (var g = 0u; g < GROUPS; g++) {
    let all = total[g];
    let some = all > vec4f();
    let inverse = select(vec4f(), 1.0 / max(all, vec4f(1.0e-30)), some);
    let lse = select(vec4f(NOWHERE), largest[g] / LOG2_E + log(max(all, vec4f(1.0e-30))), some);
    for (var r = 0u; r < 4u; r++) {
      let i = row0 + (local.y + g * LINES) * 4u + r;
      if (i >= params.rows) { break; }
      for (var part = 0u; part < CHUNKS; part++) {
        let four = part * 8u + local.x;
        if (four < params.quads) {
          out[at.out + i * params.out_row + four] = vec4<T>(sums[part * HELD + 4u * g + r] * inverse[r]);
        }
      }
      if (local.x == 0u) { stats[pair * params.rows + i] = vec4u(bitcast<u32>(lse[r]), count, seed_and_step); }
    }
  }
}

// A chunk of columns of the rows, and of 32 keys from key0 on.
fn load_q_and_k(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, row0: u32, key0: u32, chunk: u32) {
  let four = chunk * 8u + local.x;
  for (var n = 0u; n < HELD; n++) { (*ahead)[n] = q_four(at, row0 + local.y + n * LINES, four); }
  for (var n = 0u; n < OTHER_LOADS; n++) { (*ahead)[HELD + n] = k_four(at, key0 + local.y + n * LINES, four); }
}

// SPAN chunks of columns of v, of 32 keys from key0 on.
fn load_v(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, key0: u32, step: u32) {
  for (var n = 0u; n < WIDE_LOADS; n++) {
    (*ahead)[n] = v_four(at, key0 + local.y + n / SPAN * LINES, (step * SPAN + n % SPAN) * 8u + local.x);
  }
}
