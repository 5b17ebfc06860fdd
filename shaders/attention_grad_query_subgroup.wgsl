enable subgroups;

// The gradient of attention_subgroup.wgsl for q, row by row, with the weights that attention_grad_key_subgroup.wgsl wants:
//   dq[i] = scale · Σⱼ dsᵢⱼ · k[j],  dsᵢⱼ = pᵢⱼ · (fᵢⱼ · d_out[i]·v[j] − out[i]·d_out[i]),
// p and f made again from stats. weights[0, pair, i, j] = pᵢⱼ·fᵢⱼ and weights[1, pair, i, j] = dsᵢⱼ, for `pairs` pairs of
// example and head from `first` on; a row of weights is `width` vec4s long. Lanes, rows and keys as in
// attention_subgroup.wgsl; tiles of keys that no row of a group may see are left out, and their weights are not written.
// @include dropout_factors.wgsl
alias T = f32;
const LANES = 8u;
const HELD = 1u; // vec4s of a row that a lane holds: quads / LANES, rounded up
const ROWS = 8u; // a multiple of LANES
const DROPOUT = 0u;

const PARTS = ROWS * HELD;

struct Params {
  first: u32, pairs: u32, heads: u32, rows: u32, keys: u32, width: u32, quads: u32, causal: u32, scale: f32, stream: u32, p: f32,
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
@group(0) @binding(7) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let pair = params.first + group.y;
  let heads = max(params.heads, 1u);
  let batch = pair / heads;
  let head = pair % heads;
  let row = group.x * ROWS;
  let last_row = max(params.rows, 1u) - 1u;
  let last_key = max(params.keys, 1u) - 1u;
  let noted = stats[pair * params.rows]; // the number of keys, seed and step are the same for all rows
  let count = min(noted.y, params.keys);

  let last_quad = max(params.quads, 1u) - 1u; // lanes beyond the edge repeat it; they store nothing
  // Loops over h have a constant bound only where it is 1: unrolling more takes the compiler many seconds.
  let held = select((params.quads + LANES - 1u) / LANES, 1u, HELD == 1u);

  let q_base = params.q_at + batch * params.q_batch + head * params.q_head;
  let k_base = params.k_at + batch * params.k_batch + head * params.k_head;
  let v_base = params.v_at + batch * params.v_batch + head * params.v_head;
  let out_base = batch * params.out_batch + head * params.out_head;
  var query: array<vec4f, PARTS>;
  var gradient: array<vec4f, PARTS>;
  var sums: array<vec4f, PARTS>;
  var along: array<f32, ROWS>; // out[i]·d_out[i]
  var lse: array<f32, ROWS / LANES>; // lane l holds those of rows l, l + LANES, …
  // One place that loads, and a choice among registers, instead of a place for each row: what is compiled for CPUs has a loop
  // over lanes in every place that loads or stores, and compiling it took twice as long. The bound is not known to the
  // compiler, which would unroll the loop.
  for (var r = 0u; r < select(ROWS, 0u, count == 0u); r++) {
    let i = min(row + r, last_row);
    var share = 0.0;
    for (var h = 0u; h < held; h++) {
      let quad = min(h * LANES + lane, last_quad);
      let at = out_base + i * params.out_row + quad;
      let loaded = vec4f(q[q_base + i * params.q_row + quad]) * params.scale;
      let slope = vec4f(d_out[at]);
      // @unroll
      for (var n = 0u; n < PARTS; n++) {
        query[n] = select(query[n], loaded, n == r * HELD + h);
        gradient[n] = select(gradient[n], slope, n == r * HELD + h);
      }
      share += select(0.0, dot(slope, vec4f(out[at])), h * LANES + lane < params.quads);
    }
    let all = subgroupAdd(share);
    // @unroll
    for (var n = 0u; n < ROWS; n++) { along[n] = select(along[n], all, n == r); }
  }

  // @unroll
  for (var r = 0u; r < ROWS / LANES; r++) {
    lse[r] = bitcast<f32>(stats[pair * params.rows + min(row + r * LANES + lane, last_row)].x);
  }

  let end = select(count, min(count, row + ROWS), params.causal == 1u);
  for (var tile = 0u; tile < end; tile += 4u * LANES) {
    let keys = tile + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    var k_at = k_base + min(keys, vec4u(last_key)) * params.k_row;
    var v_at = v_base + min(keys, vec4u(last_key)) * params.v_row;
    var scores = array<vec4f, ROWS>();
    var slopes = array<vec4f, ROWS>();
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
      for (var l = 0u; l < min(LANES, params.quads - h * LANES); l++) {
        let c0 = vec4f(v[v_at.x]);
        let c1 = vec4f(v[v_at.y]);
        let c2 = vec4f(v[v_at.z]);
        let c3 = vec4f(v[v_at.w]);
        v_at += 1u;
        let b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
        let b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
        let b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
        let b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let theirs = subgroupShuffle(gradient[r * HELD + h], l);
          slopes[r] += theirs.x * b0;
          slopes[r] += theirs.y * b1;
          slopes[r] += theirs.z * b2;
          slopes[r] += theirs.w * b3;
        }
      }
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let i = row + r;
      let inside = keys < vec4u(select(count, min(count, i + 1u), params.causal == 1u));
      let p = select(vec4f(), exp(scores[r] - subgroupShuffle(lse[r / LANES], r % LANES)), inside);
      var f = vec4f(1.0);
      if (DROPOUT == 1u) {
        let first = (pair * params.rows + i) * params.keys;
        f = dropout_factors(first + keys.x, noted.z, noted.w, params.stream, params.p);
      }
      scores[r] = p * f;
      slopes[r] = p * (slopes[r] * f - along[r]);
    }
    let column = tile / 4u + lane;
    let rest = min(ROWS, params.rows - min(params.rows, row));
    for (var r = 0u; r < select(0u, rest, column < params.width); r += 4u) {
      var weighted = array<vec4f, 4>();
      var sloped = array<vec4f, 4>();
      // @unroll
      for (var s = 0u; s < ROWS; s += 4u) {
        // @unroll
        for (var n = 0u; n < 4u; n++) {
          weighted[n] = select(weighted[n], scores[s + n], s == r);
          sloped[n] = select(sloped[n], slopes[s + n], s == r);
        }
      }
      // @unroll
      for (var n = 0u; n < 4u; n++) {
        if (r + n < rest) {
          let at = (group.y * params.rows + row + r + n) * params.width + column;
          weights[at] = weighted[n];
          weights[params.pairs * params.rows * params.width + at] = sloped[n];
        }
      }
    }
    // @unroll HELD
    for (var h = 0u; h < held; h++) {
      let quad = min(h * LANES + lane, last_quad);
      var made = array<vec4f, ROWS>();
      for (var l = 0u; l < min(LANES, (end - tile + 3u) / 4u); l++) {
        // @unroll
        for (var j = 0u; j < 4u; j++) {
          let value = vec4f(k[k_base + min(tile + 4u * l + j, last_key) * params.k_row + quad]);
          // @unroll
          for (var r = 0u; r < ROWS; r++) { made[r] += subgroupShuffle(slopes[r][j], l) * value; }
        }
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) { sums[r * HELD + h] += made[r]; }
    }
  }

  for (var r = 0u; r < ROWS && row + r < params.rows; r++) {
    for (var h = 0u; h < held; h++) {
      var made = vec4f();
      // @unroll
      for (var n = 0u; n < PARTS; n++) { made = select(made, sums[n], n == r * HELD + h); }
      let quad = h * LANES + lane;
      if (quad < params.quads) { dq[q_base + (row + r) * params.q_row + quad] = vec4<T>(made * params.scale); }
    }
  }
}
