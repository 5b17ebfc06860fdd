enable subgroups;

// The gradients of attention_subgroup.wgsl for k and v, from the weights that attention_grad_query_subgroup.wgsl left:
//   dk[j] = scale · Σᵢ dsᵢⱼ · q[i],  dv[j] = Σᵢ pᵢⱼ·fᵢⱼ · d_out[i].
// A workgroup is one subgroup and makes 8 keys. Lane l loads the weights of query l of LANES, which the others get by
// shuffle, and makes elements 4l … 4l + 3 of the sums, then 4·LANES further on. dk and dv lie in one buffer; strides are in vec4s.
alias T = f32;
const LANES = 8u;
const KEYS = 8u;

struct Params {
  first: u32, pairs: u32, heads: u32, rows: u32, keys: u32, width: u32, quads: u32, causal: u32, scale: f32,
  q_at: u32, q_batch: u32, q_head: u32, q_row: u32,
  k_at: u32, k_batch: u32, k_head: u32, k_row: u32,
  dv_at: u32, v_batch: u32, v_head: u32, v_row: u32,
  out_batch: u32, out_head: u32, out_row: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> stats: array<vec4u>;
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dkv: array<vec4<T>>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let pair = params.first + group.y;
  let heads = max(params.heads, 1u);
  let batch = pair / heads;
  let head = pair % heads;
  let key = group.x * KEYS;
  let last_row = max(params.rows, 1u) - 1u;
  // Nothing was written of keys beyond the last tile that counts.
  let end = select(0u, params.rows, key < stats[pair * params.rows].y);

  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.dv_at + batch * params.v_batch + head * params.v_head;
  let out_base = batch * params.out_batch + head * params.out_head;
  let half = params.pairs * params.rows * params.width;
  let columns = min(key / 4u + vec2u(0u, 1u), vec2u(max(params.width, 1u) - 1u));
  let start = select(0u, key / LANES * LANES, params.causal == 1u);
  for (var first = 0u; first < params.quads; first += LANES) {
    let quad = first + lane;
    let near = min(quad, max(params.quads, 1u) - 1u); // lanes beyond the edge repeat the last one; they store nothing
    var dk = array<vec4f, KEYS>();
    var dv = array<vec4f, KEYS>();
    for (var row = start; row < end; row += LANES) {
      let inside = row + lane < params.rows;
      let at = (group.y * params.rows + min(row + lane, last_row)) * params.width;
      var p: array<vec4f, 2>;
      var ds: array<vec4f, 2>;
      p[0] = select(vec4f(), weights[at + columns.x], inside);
      p[1] = select(vec4f(), weights[at + columns.y], inside);
      ds[0] = select(vec4f(), weights[half + at + columns.x], inside);
      ds[1] = select(vec4f(), weights[half + at + columns.y], inside);
      for (var l = 0u; l < min(LANES, end - row); l++) {
        let i = row + l;
        let query = vec4f(q[q_base + i * params.q_row + near]);
        let gradient = vec4f(d_out[out_base + i * params.out_row + near]);
        // @unroll
        for (var c = 0u; c < KEYS; c++) {
          dv[c] += subgroupShuffle(p[c / 4u][c % 4u], l) * gradient;
          dk[c] += subgroupShuffle(ds[c / 4u][c % 4u], l) * query;
        }
      }
    }
    // One place that stores, see attention_grad_query_subgroup.wgsl.
    for (var c = 0u; c < KEYS && key + c < params.keys; c++) {
      var slope = vec4f();
      var value = vec4f();
      // @unroll
      for (var n = 0u; n < KEYS; n++) {
        slope = select(slope, dk[n], n == c);
        value = select(value, dv[n], n == c);
      }
      if (quad < params.quads) {
        dkv[k_base + (key + c) * params.k_row + quad] = vec4<T>(slope * params.scale);
        dkv[v_base + (key + c) * params.v_row + quad] = vec4<T>(value);
      }
    }
  }
}
