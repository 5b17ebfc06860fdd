// The gradient of attention_by_four.wgsl for q, with p and f made again from stats:
//   dq[i] = scale · Σⱼ dsᵢⱼ · k[j],  dsᵢⱼ = pᵢⱼ · (fᵢⱼ · d_out[i]·v[j] − along[i]),  along[i] = out[i]·d_out[i].
// along goes out for attention_grad_key_by_four.wgsl. Workgroups, tiles, strides and what is read ahead as in
// attention_by_four.wgsl: a turn makes q·k and d_out·v by chunks of columns, and then adds ds · k.
// @include dropout_factors.wgsl
// @include attention_tiles.wgsl
alias T = f32;
const LINES = 8u; // a multiple of 8
const GROUPS = 1u; // LINES · GROUPS is 8 or 16
const CHUNKS = 1u; // size / 32, rounded up
const SPAN = 1u; // chunks of k a time, 1 or 2
const STEPS = 1u; // CHUNKS / SPAN, rounded up
const CELLS = 1024u; // of the tile
const WHOLE = 0u; // 1: no chunk reaches beyond the head
const DROPOUT = 0u;

const HELD = 4u * GROUPS; // rows of an invocation
const ROWS = LINES * HELD;
const STAGES = 2u * CHUNKS + STEPS; // of a turn
const PARTS = STEPS * SPAN * HELD;

struct Params {
  first: u32, heads: u32, rows: u32, keys: u32, quads: u32, causal: u32, scale: f32, stream: u32, p: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  v_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<T>>;
@group(0) @binding(3) var<storage, read> out: array<vec4<T>>;
@group(0) @binding(4) var<storage, read> d_out: array<vec4<T>>;
@group(0) @binding(5) var<storage, read> stats: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> dq: array<vec4<T>>;
@group(0) @binding(7) var<storage, read_write> along: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> tile: array<vec4f, CELLS>;

@compute @workgroup_size(8, LINES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let pair = params.first + group.y;
  let row0 = (groups.x - 1u - group.x) * ROWS;
  let noted = stats[pair * params.rows];
  let count = min(noted.y, params.keys);
  let end = select(count, min(count, row0 + ROWS), params.causal == 1u);
  let at = head_of(pair, end);

  var ahead: array<vec4f, AHEAD>;
  var lse: array<vec4f, GROUPS>;
  var own: array<vec4f, GROUPS>; // along of the own rows
  for (var g = 0u; g < GROUPS; g++) {
    for (var r = 0u; r < 4u; r++) {
      let i = min(row0 + (local.y + g * LINES) * 4u + r, at.last_row);
      lse[g][r] = bitcast<f32>(stats[pair * params.rows + i].x);
      for (var four = local.x; four < params.quads; four += 8u) {
        let o = at.out + i * params.out_row + four;
        own[g][r] += dot(vec4f(out[o]), vec4f(d_out[o]));
      }
    }
  }
  keep_shares(&own, local);
  workgroupBarrier();
  add_shares(&own, local);
  for (var g = 0u; g < GROUPS; g++) {
    for (var r = 0u; r < 4u; r++) {
      let i = row0 + (local.y + g * LINES) * 4u + r;
      if (local.x == 0u && i < params.rows) { along[pair * params.rows + i] = own[g][r]; }
    }
  }

  var sums: array<vec4f, PARTS>;
  var scores: array<vec4f, HELD>;
  var products: array<vec4f, HELD>; // q[i]·k[j], then d_out[i]·v[j]
  let stages = (end + TURN - 1u) / TURN * STAGES;
  var current = STAGES; // none
  var key0 = 0u;
  for (var t = 0u; t <= stages; t++) {
    let next = t % STAGES;
    let next_key0 = t / STAGES * TURN;
    if (next < CHUNKS) {
      load_q_and_k(&ahead, at, local, row0, next_key0, next);
    } else if (next < 2u * CHUNKS) {
      load_d_out_and_v(&ahead, at, local, row0, next_key0, next - CHUNKS);
    } else {
      load_k(&ahead, at, local, next_key0, next - 2u * CHUNKS);
    }
    if (current == CHUNKS) { scores = products; }
    if (current == 0u || current == CHUNKS) { products = array<vec4f, HELD>(); }
    if (current < 2u * CHUNKS) { add_products(&products, local, min(8u, params.quads - current % CHUNKS * 8u)); }
    if (current + 1u == 2u * CHUNKS) {
      let some = key0 + TURN > count || (params.causal == 1u && key0 + TURN > row0 + 1u);
      let keys = key0 + local.x * 4u + vec4u(0u, 1u, 2u, 3u);
      for (var r = 0u; r < HELD; r++) {
        let i = row0 + own_line(local, r);
        var p = exp(scores[r] * params.scale - lse[r / 4u][r % 4u]);
        if (some) {
          p = select(vec4f(), p, keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u)));
        }
        if (DROPOUT == 1u) {
          let e = (pair * params.rows + i) * params.keys + key0 + local.x * 4u;
          products[r] *= dropout_factors(e, noted.z, noted.w, params.stream, params.p);
        }
        scores[r] = p * (products[r] - own[r / 4u][r % 4u]);
      }
    }
    // @unroll
    for (var step = 0u; step < STEPS; step++) {
      if (current == 2u * CHUNKS + step) { add_weighted(&sums, step, local, min(TURN, end - key0)); }
    }
    workgroupBarrier();
    if (next < 2u * CHUNKS) { keep_lines(&ahead, local); } else { keep_wide(&ahead, local); }
    if (next == 2u * CHUNKS) { keep_weights(&scores, local); }
    workgroupBarrier();
    current = next;
    key0 = next_key0;
  }

  for (var r = 0u; r < HELD; r++) {
    let i = row0 + own_line(local, r);
    if (i >= params.rows) { break; }
    for (var part = 0u; part < CHUNKS; part++) {
      let four = part * 8u + local.x;
      if (four < params.quads) { dq[at.q + i * params.q_row + four] = vec4<T>(sums[part * HELD + r] * params.scale); }
    }
  }
}

fn d_out_four(at: Head, row: u32, four: u32) -> vec4f {
  return within(vec4f(d_out[at.out + min(row, at.last_row) * params.out_row + column(four)]), four);
}

// A chunk of columns of the rows of q, and of k for 32 keys from key0 on.
fn load_q_and_k(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, row0: u32, key0: u32, chunk: u32) {
  let four = chunk * 8u + local.x;
  for (var n = 0u; n < HELD; n++) { (*ahead)[n] = q_four(at, row0 + local.y + n * LINES, four); }
  for (var n = 0u; n < OTHER_LOADS; n++) { (*ahead)[HELD + n] = k_four(at, key0 + local.y + n * LINES, four); }
}

// The same of d_out and v.
fn load_d_out_and_v(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, row0: u32, key0: u32, chunk: u32) {
  let four = chunk * 8u + local.x;
  for (var n = 0u; n < HELD; n++) { (*ahead)[n] = d_out_four(at, row0 + local.y + n * LINES, four); }
  for (var n = 0u; n < OTHER_LOADS; n++) { (*ahead)[HELD + n] = v_four(at, key0 + local.y + n * LINES, four); }
}

// SPAN chunks of columns of k, of 32 keys from key0 on.
fn load_k(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, key0: u32, step: u32) {
  for (var n = 0u; n < WIDE_LOADS; n++) {
    (*ahead)[n] = k_four(at, key0 + local.y + n / SPAN * LINES, (step * SPAN + n % SPAN) * 8u + local.x);
  }
}
