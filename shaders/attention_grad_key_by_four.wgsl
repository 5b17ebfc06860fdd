// The gradients of attention_by_four.wgsl for k and v, with p and f made again from stats; along as of
// attention_grad_query_by_four.wgsl:
//   dk[j] = scale · Σᵢ dsᵢⱼ · q[i],  dsᵢⱼ = pᵢⱼ · (fᵢⱼ · d_out[i]·v[j] − along[i]),  dv[j] = Σᵢ pᵢⱼ·fᵢⱼ · d_out[i].
// As attention_by_four.wgsl with the parts of rows and keys changed: a workgroup makes 4 · LINES · GROUPS keys and takes 32 rows a
// turn, which makes k·q and v·d_out by chunks of columns, and then adds p · f · d_out and ds · q. dk and dv lie in one buffer.
// @include dropout_factors.wgsl
// @include attention_tiles.wgsl
alias T = f32;
const LINES = 8u; // a multiple of 8
const GROUPS = 1u; // LINES · GROUPS is 8 or 16
const CHUNKS = 1u; // size / 32, rounded up
const SPAN = 1u; // chunks of d_out and q a time, 1 or 2
const STEPS = 1u; // CHUNKS / SPAN, rounded up
const CELLS = 1024u; // of the tile
const WHOLE = 0u; // 1: no chunk reaches beyond the head
const DROPOUT = 0u;

const HELD = 4u * GROUPS; // keys of an invocation
const KEYS = LINES * HELD;
const STAGES = 2u * CHUNKS + 2u * STEPS; // of a turn
const PARTS = STEPS * SPAN * HELD;

struct Params {
  first: u32, heads: u32, rows: u32, keys: u32, quads: u32, causal: u32, scale: f32, stream: u32, p: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  v_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32, dv_at: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<T>>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<T>>;
@group(0) @binding(4) var<storage, read> stats: array<vec4u>;
@group(0) @binding(5) var<storage, read> along: array<f32>;
@group(0) @binding(6) var<storage, read_write> dkv: array<vec4<T>>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> tile: array<vec4f, CELLS>;

@compute @workgroup_size(8, LINES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let pair = params.first + group.y;
  let key0 = group.x * KEYS;
  let noted = stats[pair * params.rows];
  let count = min(noted.y, params.keys);
  let at = head_of(pair, count);

  var ahead: array<vec4f, AHEAD>;
  var dk: array<vec4f, PARTS>;
  var dv: array<vec4f, PARTS>;
  let start = select(0u, key0, params.causal == 1u);
  let end = select(0u, params.rows, key0 < count);
  var lse = vec4f();
  var own = vec4f(); // along of the rows
  var scores: array<vec4f, HELD>;
  var products: array<vec4f, HELD>; // k[j]·q[i], then v[j]·d_out[i]
  let stages = (max(end, start) - start + TURN - 1u) / TURN * STAGES;
  var current = STAGES; // none
  var row0 = start;
  for (var t = 0u; t <= stages; t++) {
    let next = t % STAGES;
    let next_row0 = start + t / STAGES * TURN;
    if (next < CHUNKS) {
      load_k_and_q(&ahead, at, local, key0, next_row0, next);
    } else if (next < 2u * CHUNKS) {
      load_v_and_d_out(&ahead, at, local, key0, next_row0, next - CHUNKS);
    } else if (next < 2u * CHUNKS + STEPS) {
      load_d_out(&ahead, at, local, next_row0, next - 2u * CHUNKS);
    } else {
      load_q(&ahead, at, local, next_row0, next - 2u * CHUNKS - STEPS);
    }
    if (next == 0u) {
      for (var c = 0u; c < 4u; c++) {
        let i = pair * params.rows + min(next_row0 + local.x * 4u + c, at.last_row);
        lse[c] = bitcast<f32>(stats[i].x);
        own[c] = along[i];
      }
    }
    if (current == CHUNKS) { scores = products; }
    if (current == 0u || current == CHUNKS) { products = array<vec4f, HELD>(); }
    if (current < 2u * CHUNKS) { add_products(&products, local, min(8u, params.quads - current % CHUNKS * 8u)); }
    if (current + 1u == 2u * CHUNKS) {
      let rows = row0 + local.x * 4u + vec4u(0u, 1u, 2u, 3u);
      let some = row0 + TURN > params.rows || key0 + KEYS > count || (params.causal == 1u && key0 + KEYS > row0 + 1u);
      for (var g = 0u; g < GROUPS; g++) {
        let key4 = key0 + (local.y + g * LINES) * 4u;
        var factors = mat4x4f(); // by row, then by key
        if (DROPOUT == 1u) {
          for (var c = 0u; c < 4u; c++) {
            let e = (pair * params.rows + rows[c]) * params.keys + key4;
            factors[c] = dropout_factors(e, noted.z, noted.w, params.stream, params.p);
          }
          factors = transpose(factors);
        }
        for (var r = 0u; r < 4u; r++) {
          let n = 4u * g + r;
          var p = exp(scores[n] * params.scale - lse);
          if (some) {
            let first = select(0u, key4 + r, params.causal == 1u);
            let stop = select(0u, params.rows, key4 + r < count);
            p = select(vec4f(), p, (rows >= vec4u(first)) & (rows < vec4u(stop)));
          }
          scores[n] = p;
          if (DROPOUT == 1u) {
            scores[n] *= factors[r];
            products[n] *= factors[r];
          }
          products[n] = p * (products[n] - own);
        }
      }
    }
    // @unroll
    for (var step = 0u; step < STEPS; step++) {
      if (current == 2u * CHUNKS + step) { add_weighted(&dv, step, local, min(TURN, end - row0)); }
      if (current == 2u * CHUNKS + STEPS + step) { add_weighted(&dk, step, local, min(TURN, end - row0)); }
    }
    workgroupBarrier();
    if (next < 2u * CHUNKS) { keep_lines(&ahead, local); } else { keep_wide(&ahead, local); }
    if (next == 2u * CHUNKS || next == 2u * CHUNKS + STEPS) {
      keep_weights(&scores, local);
      scores = products;
    }
    workgroupBarrier();
    current = next;
    row0 = next_row0;
  }

  let dv_at = params.dv_at + (at.v - params.v_at); // as v lies in its tensor
  for (var r = 0u; r < HELD; r++) {
    let key = key0 + own_line(local, r);
    if (key >= params.keys) { break; }
    for (var part = 0u; part < CHUNKS; part++) {
      let four = part * 8u + local.x;
      if (four < params.quads) {
        dkv[at.k + key * params.k_row + four] = vec4<T>(dk[part * HELD + r] * params.scale);
        dkv[dv_at + key * params.v_row + four] = vec4<T>(dv[part * HELD + r]);
      }
    }
  }
}

fn d_out_four(at: Head, row: u32, four: u32) -> vec4f {
  return within(vec4f(d_out[at.out + min(row, at.last_row) * params.out_row + column(four)]), four);
}

// A chunk of columns of the keys, and of q for 32 rows from row0 on.
fn load_k_and_q(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, key0: u32, row0: u32, chunk: u32) {
  let four = chunk * 8u + local.x;
  for (var n = 0u; n < HELD; n++) { (*ahead)[n] = k_four(at, key0 + local.y + n * LINES, four); }
  for (var n = 0u; n < OTHER_LOADS; n++) { (*ahead)[HELD + n] = q_four(at, row0 + local.y + n * LINES, four); }
}

// The same of v and d_out.
fn load_v_and_d_out(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, key0: u32, row0: u32, chunk: u32) {
  let four = chunk * 8u + local.x;
  for (var n = 0u; n < HELD; n++) { (*ahead)[n] = v_four(at, key0 + local.y + n * LINES, four); }
  for (var n = 0u; n < OTHER_LOADS; n++) { (*ahead)[HELD + n] = d_out_four(at, row0 + local.y + n * LINES, four); }
}

// SPAN chunks of columns of d_out, of 32 rows from row0 on.
fn load_d_out(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, row0: u32, step: u32) {
  for (var n = 0u; n < WIDE_LOADS; n++) {
    (*ahead)[n] = d_out_four(at, row0 + local.y + n / SPAN * LINES, (step * SPAN + n % SPAN) * 8u + local.x);
  }
}

// The same of q.
fn load_q(ahead: ptr<function, array<vec4f, AHEAD>>, at: Head, local: vec3u, row0: u32, step: u32) {
  for (var n = 0u; n < WIDE_LOADS; n++) {
    (*ahead)[n] = q_four(at, row0 + local.y + n / SPAN * LINES, (step * SPAN + n % SPAN) * 8u + local.x);
  }
}
