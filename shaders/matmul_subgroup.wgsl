enable subgroups;

// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; K and N are multiples of 4.
// A workgroup is one subgroup and makes ROWS rows by LANES·4 columns: lane l keeps columns 4l … 4l + 3 of every row. Each
// element of a is loaded by one lane and handed to the others by shuffle; nothing goes through workgroup memory and nothing
// waits. Four terms are taken at a time, so that a sum is fetched and put back once for all of them. For devices on which a
// load costs far more than a shuffle, and four neighbours hardly more than one element.
// @include unfolded.wgsl
alias T = f32;
alias O = f32;
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const A_BY_K = 1u; // 1: a lies as [M, K]; 0: as [K, M], M a multiple of 4
const B_BY_K = 0u; // 1: b lies as [N, K]; 0: as [K, N]
const SUMS = 0u; // 1, where A_BY_K = 0: the sums of a over k, one for each row, are written too

struct Params { m: u32, n: u32, k: u32, a_batch: u32, b_batch: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<T>>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32, channel: u32) -> vec4f { return value; }
fn tail(value: vec4f, i: u32, channel: u32) {}
fn side(value: f32, i: u32) {}

const LOADS = ROWS / LANES;
const AT_ONCE = 4u; // rows that are written at once: four, or one where an epilogue is long

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32,
) {
  let group = unfolded(id, groups);
  if (is_surplus(group)) { return; }
  let m4 = max(params.m / 4u, 1u);
  let n4 = params.n / 4u;
  let k4 = params.k / 4u;
  let row = group.y * ROWS;
  let column = (group.x * LANES + lane) * 4u;

  // Where a lies by k, lane l loads four terms of row l and of row l + LANES; else four rows of term l % 4, and four more,
  // from the upper half of the rows where l > 3 of 8 lanes. Loop-carried offsets: recomputing them is slow.
  var a_at: array<u32, LOADS>;
  // @unroll
  for (var r = 0u; r < LOADS; r++) {
    if (A_BY_K == 1u) {
      a_at[r] = group.z * params.a_batch / 4u + min(row + r * LANES + lane, max(params.m, 1u) - 1u) * k4;
    } else {
      a_at[r] = group.z * params.a_batch / 4u + lane % 4u * m4 + min(row / 4u + lane / 4u * LOADS + r, m4 - 1u);
    }
  }
  var b_at = group.z * params.b_batch / 4u;
  let quad_inside = min(column / 4u, max(n4, 1u) - 1u); // columns beyond the edge repeat the last ones; they are not stored
  var b_next = quad_inside + vec4u(0u, 1u, 2u, 3u) * n4;
  if (B_BY_K == 1u) { b_next = (quad_inside * 4u + vec4u(0u, 1u, 2u, 3u)) * k4; }

  var sum: array<vec4f, ROWS>;
  var row_sum: array<vec4f, LOADS>;
  for (var step = 0u; step < k4; step++) {
    let c0 = vec4f(b[b_at + b_next.x]);
    let c1 = vec4f(b[b_at + b_next.y]);
    let c2 = vec4f(b[b_at + b_next.z]);
    let c3 = vec4f(b[b_at + b_next.w]);
    var b0 = c0;
    var b1 = c1;
    var b2 = c2;
    var b3 = c3;
    if (B_BY_K == 1u) {
      b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
      b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
      b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
      b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
      b_at += 1u;
    } else {
      b_at += 4u * n4;
    }
    var mine: array<vec4f, LOADS>;
    // @unroll
    for (var r = 0u; r < LOADS; r++) {
      mine[r] = vec4f(a[a_at[r]]);
      if (SUMS == 1u) { row_sum[r] += mine[r]; }
      a_at[r] += select(4u * m4, 1u, A_BY_K == 1u);
    }
    if (A_BY_K == 1u) {
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let theirs = subgroupShuffle(mine[r / LANES], r % LANES);
        sum[r] += theirs.x * b0;
        sum[r] += theirs.y * b1;
        sum[r] += theirs.z * b2;
        sum[r] += theirs.w * b3;
      }
    } else {
      // @unroll
      for (var quad = 0u; quad < ROWS / 4u; quad++) {
        let held = mine[quad % LOADS];
        let holder = quad / LOADS * 4u;
        let t0 = subgroupShuffle(held, holder);
        let t1 = subgroupShuffle(held, holder + 1u);
        let t2 = subgroupShuffle(held, holder + 2u);
        let t3 = subgroupShuffle(held, holder + 3u);
        let r = quad * 4u;
        sum[r] += t0.x * b0;
        sum[r] += t1.x * b1;
        sum[r] += t2.x * b2;
        sum[r] += t3.x * b3;
        sum[r + 1u] += t0.y * b0;
        sum[r + 1u] += t1.y * b1;
        sum[r + 1u] += t2.y * b2;
        sum[r + 1u] += t3.y * b3;
        sum[r + 2u] += t0.z * b0;
        sum[r + 2u] += t1.z * b1;
        sum[r + 2u] += t2.z * b2;
        sum[r + 2u] += t3.z * b3;
        sum[r + 3u] += t0.w * b0;
        sum[r + 3u] += t1.w * b1;
        sum[r + 3u] += t2.w * b2;
        sum[r + 3u] += t3.w * b3;
      }
    }
  }

  if (SUMS == 1u && group.x == 0u) {
    // @unroll
    for (var r = 0u; r < LOADS; r++) {
      var total = row_sum[r];
      total += subgroupShuffleXor(total, 1u);
      total += subgroupShuffleXor(total, 2u);
      let i = row + (lane / 4u * LOADS + r) * 4u + lane % 4u;
      if (i < params.m) { side(total[lane % 4u], i); }
    }
  }
  let first = (group.z * params.m + row) * params.n + column;
  // A choice among registers instead of a place for each row: each store in the text takes long to compile. All results of a turn
  // before its first store: what they read in common is then read once. The bound is not known to the compiler, which would unroll
  // the loop.
  let rows = min(ROWS, params.m - min(params.m, row));
  for (var r = 0u; r < select(0u, rows, column < params.n); r += AT_ONCE) {
    var made = array<vec4f, AT_ONCE>();
    // @unroll
    for (var s = 0u; s < ROWS; s += AT_ONCE) {
      // @unroll
      for (var t = 0u; t < AT_ONCE; t++) { made[t] = select(made[t], sum[s + t], s == r); }
    }
    // @unroll
    for (var t = 0u; t < AT_ONCE; t++) { made[t] = epilogue(made[t], first + (r + t) * params.n, column); }
    // @unroll
    for (var t = 0u; t < AT_ONCE; t++) {
      if (r + t < rows) {
        let i = first + (r + t) * params.n;
        out[i / 4u] = vec4<O>(made[t]);
        tail(made[t], i, column);
      }
    }
  }
}
