// The gradients of attention.wgsl for k and v, with p and f made again from stats; along as of attention_grad_query.wgsl:
//   dk[j] = scale · Σᵢ dsᵢⱼ · q[i],  dsᵢⱼ = pᵢⱼ · (fᵢⱼ · d_out[i]·v[j] − along[i]),  dv[j] = Σᵢ pᵢⱼ·fᵢⱼ · d_out[i].
// As attention.wgsl with the parts of rows and keys changed: a workgroup makes 32 keys and takes 32 rows at a time. dk and
// dv lie in one buffer.
// For heads that are no multiple of 4; attention_grad_key_by_four.wgsl makes the others.
// @include dropout_factors.wgsl
// @include tile_products.wgsl
alias T = f32;
const CHUNKS = 1u; // size / 32, rounded up
const DROPOUT = 0u;

const TILE = 32u;
const PITCH = 33u;
const CELLS = TILE * PITCH;
const PARTS = 4u * CHUNKS;

struct Params {
  first: u32, heads: u32, rows: u32, keys: u32, size: u32, causal: u32, scale: f32, stream: u32, p: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  v_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32, dv_at: u32,
}

@group(0) @binding(0) var<storage, read> q: array<T>;
@group(0) @binding(1) var<storage, read> k: array<T>;
@group(0) @binding(2) var<storage, read> v: array<T>;
@group(0) @binding(3) var<storage, read> d_out: array<T>;
@group(0) @binding(4) var<storage, read> stats: array<vec4u>;
@group(0) @binding(5) var<storage, read> along: array<f32>;
@group(0) @binding(6) var<storage, read_write> dkv: array<T>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> left: array<f32, CELLS>; // [column][key]
var<workgroup> right: array<f32, CELLS>; // [column][row], then [row][column]
var<workgroup> weights: array<f32, CELLS>; // [row][key]

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
  let key0 = group.x * TILE;
  let x4 = local.x * 4u;
  let y4 = local.y * 4u;
  let last_row = max(params.rows, 1u) - 1u;
  let count = min(stats[pair * params.rows].y, params.keys);
  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.v_at + batch * params.v_batch + head * params.v_head;
  let out_base = batch * params.out_batch + head * params.out_head;

  var dk: array<vec4f, PARTS>;
  var dv: array<vec4f, PARTS>;
  let start = select(0u, key0, params.causal == 1u);
  let end = select(0u, params.rows, key0 < count);
  for (var row0 = start; row0 < end; row0 += TILE) {
    var scores = array<vec4f, 4>();
    var products = array<vec4f, 4>(); // v[j]·d_out[i]
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let c = e % TILE;
        let column = chunk * TILE + c;
        let in_q = row0 + r < params.rows && column < params.size;
        let in_k = key0 + r < params.keys && column < params.size;
        left[c * PITCH + r] = select(0.0, f32(k[select(0u, k_base + (key0 + r) * params.k_row + column, in_k)]), in_k);
        right[c * PITCH + r] = select(0.0, f32(q[select(0u, q_base + (row0 + r) * params.q_row + column, in_q)]), in_q);
      }
      workgroupBarrier();
      add_products(&scores, x4, y4, min(TILE, params.size - chunk * TILE));
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let c = e % TILE;
        let column = chunk * TILE + c;
        let in_q = row0 + r < params.rows && column < params.size;
        let in_k = key0 + r < params.keys && column < params.size;
        left[c * PITCH + r] = select(0.0, f32(v[select(0u, v_base + (key0 + r) * params.v_row + column, in_k)]), in_k);
        right[c * PITCH + r] = select(0.0, f32(d_out[select(0u, out_base + (row0 + r) * params.out_row + column, in_q)]), in_q);
      }
      workgroupBarrier();
      add_products(&products, x4, y4, min(TILE, params.size - chunk * TILE));
    }
    for (var c = 0u; c < 4u; c++) {
      let i = row0 + x4 + c;
      let stat = stats[pair * params.rows + min(i, last_row)];
      let own = along[pair * params.rows + min(i, last_row)];
      var f = vec4f(1.0);
      if (DROPOUT == 1u) {
        let e = (pair * params.rows + i) * params.keys + key0 + y4;
        f = dropout_factors(e, stat.z, stat.w, params.stream, params.p);
      }
      for (var r = 0u; r < 4u; r++) {
        let key = key0 + y4 + r;
        let inside = i < params.rows && key < count && (params.causal == 0u || key <= i);
        let p = select(0.0, exp(scores[r][c] * params.scale - bitcast<f32>(stat.x)), inside);
        weights[(x4 + c) * PITCH + y4 + r] = p * f[r];
        products[r][c] = p * (products[r][c] * f[r] - own);
      }
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let column = chunk * TILE + e % TILE;
        let inside = row0 + r < params.rows && column < params.size;
        let at = out_base + (row0 + r) * params.out_row + column;
        right[r * PITCH + e % TILE] = select(0.0, f32(d_out[select(0u, at, inside)]), inside);
      }
      workgroupBarrier();
      for (var row = 0u; row < min(TILE, end - row0); row++) {
        let at = row * PITCH;
        let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
        dv[chunk] += weights[at + y4] * theirs;
        dv[CHUNKS + chunk] += weights[at + y4 + 1u] * theirs;
        dv[2u * CHUNKS + chunk] += weights[at + y4 + 2u] * theirs;
        dv[3u * CHUNKS + chunk] += weights[at + y4 + 3u] * theirs;
      }
    }
    workgroupBarrier();
    for (var r = 0u; r < 4u; r++) {
      for (var c = 0u; c < 4u; c++) { weights[(x4 + c) * PITCH + y4 + r] = products[r][c]; }
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let column = chunk * TILE + e % TILE;
        let inside = row0 + r < params.rows && column < params.size;
        let at = q_base + (row0 + r) * params.q_row + column;
        right[r * PITCH + e % TILE] = select(0.0, f32(q[select(0u, at, inside)]), inside);
      }
      workgroupBarrier();
      for (var row = 0u; row < min(TILE, end - row0); row++) {
        let at = row * PITCH;
        let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
        dk[chunk] += weights[at + y4] * theirs;
        dk[CHUNKS + chunk] += weights[at + y4 + 1u] * theirs;
        dk[2u * CHUNKS + chunk] += weights[at + y4 + 2u] * theirs;
        dk[3u * CHUNKS + chunk] += weights[at + y4 + 3u] * theirs;
      }
    }
  }

  for (var r = 0u; r < 4u; r++) {
    let key = key0 + y4 + r;
    if (key >= params.keys) { break; }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      for (var c = 0u; c < 4u; c++) {
        let column = chunk * TILE + x4 + c;
        if (column < params.size) {
          dkv[k_base + key * params.k_row + column] = T(dk[r * CHUNKS + chunk][c] * params.scale);
          dkv[params.dv_at + batch * params.v_batch + head * params.v_head + key * params.v_row + column] = T(dv[r * CHUNKS + chunk][c]);
        }
      }
    }
  }
}
