// The gradient of attention.wgsl for q, with p and f made again from stats:
//   dq[i] = scale · Σⱼ dsᵢⱼ · k[j],  dsᵢⱼ = pᵢⱼ · (fᵢⱼ · d_out[i]·v[j] − along[i]),  along[i] = out[i]·d_out[i].
// along goes out for attention_grad_key.wgsl. Workgroups, tiles and strides as in attention.wgsl.
// For heads that are no multiple of 4; attention_grad_query_by_four.wgsl makes the others.
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
  out_batch: u32, out_head: u32, out_row: u32,
}

@group(0) @binding(0) var<storage, read> q: array<T>;
@group(0) @binding(1) var<storage, read> k: array<T>;
@group(0) @binding(2) var<storage, read> v: array<T>;
@group(0) @binding(3) var<storage, read> out: array<T>;
@group(0) @binding(4) var<storage, read> d_out: array<T>;
@group(0) @binding(5) var<storage, read> stats: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> dq: array<T>;
@group(0) @binding(7) var<storage, read_write> along: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> left: array<f32, CELLS>; // [column][row]
var<workgroup> right: array<f32, CELLS>; // [column][key], then [key][column]
var<workgroup> slopes: array<f32, CELLS>; // [key][row]
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
  let last_row = max(params.rows, 1u) - 1u;
  let count = min(stats[pair * params.rows].y, params.keys);
  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.v_at + batch * params.v_batch + head * params.v_head;
  let out_base = batch * params.out_batch + head * params.out_head;

  var stat: array<vec4u, 4>;
  var own = vec4f(); // along of the own rows
  for (var r = 0u; r < 4u; r++) {
    let i = min(row0 + y4 + r, last_row);
    stat[r] = stats[pair * params.rows + i];
    var share = 0.0;
    let at = out_base + i * params.out_row;
    for (var column = local.x; column < params.size; column += 8u) {
      share += f32(out[at + column]) * f32(d_out[at + column]);
    }
    shares[(y4 + r) * 8u + local.x] = share;
  }
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    for (var s = 0u; s < 8u; s++) { own[r] += shares[(y4 + r) * 8u + s]; }
    if (local.x == 0u && row0 + y4 + r < params.rows) { along[pair * params.rows + row0 + y4 + r] = own[r]; }
  }

  var sums: array<vec4f, PARTS>;
  let end = select(count, min(count, row0 + TILE), params.causal == 1u);
  for (var key0 = 0u; key0 < end; key0 += TILE) {
    var scores = array<vec4f, 4>();
    var products = array<vec4f, 4>(); // d_out[i]·v[j]
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
      add_products(&scores, x4, y4, min(TILE, params.size - chunk * TILE));
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let c = e % TILE;
        let column = chunk * TILE + c;
        let in_q = row0 + r < params.rows && column < params.size;
        let in_k = key0 + r < params.keys && column < params.size;
        left[c * PITCH + r] = select(0.0, f32(d_out[select(0u, out_base + (row0 + r) * params.out_row + column, in_q)]), in_q);
        right[c * PITCH + r] = select(0.0, f32(v[select(0u, v_base + (key0 + r) * params.v_row + column, in_k)]), in_k);
      }
      workgroupBarrier();
      add_products(&products, x4, y4, min(TILE, params.size - chunk * TILE));
    }
    let keys = key0 + x4 + vec4u(0u, 1u, 2u, 3u);
    for (var r = 0u; r < 4u; r++) {
      let i = row0 + y4 + r;
      let inside = keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u));
      let p = select(vec4f(), exp(scores[r] * params.scale - bitcast<f32>(stat[r].x)), inside);
      if (DROPOUT == 1u) {
        let e = (pair * params.rows + i) * params.keys + keys.x;
        products[r] *= dropout_factors(e, stat[r].z, stat[r].w, params.stream, params.p);
      }
      for (var c = 0u; c < 4u; c++) { slopes[(x4 + c) * PITCH + y4 + r] = p[c] * (products[r][c] - own[r]); }
    }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      workgroupBarrier();
      for (var e = index; e < TILE * TILE; e += 64u) {
        let r = e / TILE;
        let column = chunk * TILE + e % TILE;
        let inside = key0 + r < params.keys && column < params.size;
        let at = k_base + (key0 + r) * params.k_row + column;
        right[r * PITCH + e % TILE] = select(0.0, f32(k[select(0u, at, inside)]), inside);
      }
      workgroupBarrier();
      for (var key = 0u; key < min(TILE, end - key0); key++) {
        let at = key * PITCH;
        let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
        sums[chunk] += slopes[at + y4] * theirs;
        sums[CHUNKS + chunk] += slopes[at + y4 + 1u] * theirs;
        sums[2u * CHUNKS + chunk] += slopes[at + y4 + 2u] * theirs;
        sums[3u * CHUNKS + chunk] += slopes[at + y4 + 3u] * theirs;
      }
    }
  }

  for (var r = 0u; r < 4u; r++) {
    let i = row0 + y4 + r;
    if (i >= params.rows) { break; }
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      for (var c = 0u; c < 4u; c++) {
        let column = chunk * TILE + x4 + c;
        if (column < params.size) { dq[q_base + i * params.q_row + column] = T(sums[r * CHUNKS + chunk][c] * params.scale); }
      }
    }
  }
}
