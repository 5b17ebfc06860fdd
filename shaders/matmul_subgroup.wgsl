enable subgroups;

// out[M,N] = a[M,K] · b[K,N] for each matrix of a batch; K and N multiples of 4. Strides say how a lies, B_BY_K how b does:
// 0 as [K, N], 1 as [N, K].
// A workgroup is one subgroup and makes ROWS rows by LANES·4 columns: lane l keeps columns 4l … 4l + 3 of every row. Each
// element of a is loaded by one lane and handed to the others by shuffle; nothing goes through workgroup memory and nothing
// waits. For devices on which a load costs far more than a shuffle.
// With SUMS = 1 the sums of a over k, one for each row, come out on the side.
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size
const B_BY_K = 0u;
const SUMS = 0u;

struct Params {
  m: u32, n: u32, k: u32, a_row: u32, a_k: u32, a_batch: u32, b_batch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }
fn side(value: f32, i: u32) {}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let n4 = params.n / 4u;
  let k4 = params.k / 4u;
  let row = group.y * ROWS;
  let column = group.x * LANES + lane;
  let column_inside = min(column, max(n4, 1u) - 1u);

  var sum: array<vec4f, ROWS>;
  var row_sum: array<f32, ROWS / LANES>;
  var a_at: array<u32, ROWS / LANES>; // loop-carried offsets: recomputing them is slow
  for (var r = 0u; r < ROWS / LANES; r++) {
    a_at[r] = group.z * params.a_batch + min(row + r * LANES + lane, max(params.m, 1u) - 1u) * params.a_row;
  }
  var b_at = group.z * params.b_batch / 4u + select(column_inside, column_inside * 4u * k4, B_BY_K == 1u);

  for (var step = 0u; step < k4; step++) {
    var b0: vec4f;
    var b1: vec4f;
    var b2: vec4f;
    var b3: vec4f;
    if (B_BY_K == 1u) {
      let c0 = b[b_at];
      let c1 = b[b_at + k4];
      let c2 = b[b_at + 2u * k4];
      let c3 = b[b_at + 3u * k4];
      b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
      b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
      b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
      b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
      b_at += 1u;
    } else {
      b0 = b[b_at];
      b1 = b[b_at + n4];
      b2 = b[b_at + 2u * n4];
      b3 = b[b_at + 3u * n4];
      b_at += 4u * n4;
    }
    for (var r = 0u; r < ROWS / LANES; r++) {
      let at = a_at[r];
      let mine = vec4f(a[at], a[at + params.a_k], a[at + 2u * params.a_k], a[at + 3u * params.a_k]);
      a_at[r] = at + 4u * params.a_k;
      if (SUMS == 1u) { row_sum[r] += (mine.x + mine.y) + (mine.z + mine.w); }
      for (var i = 0u; i < LANES; i++) {
        let theirs = subgroupShuffle(mine, i);
        let s = r * LANES + i;
        sum[s] += theirs.x * b0;
        sum[s] += theirs.y * b1;
        sum[s] += theirs.z * b2;
        sum[s] += theirs.w * b3;
      }
    }
  }

  if (SUMS == 1u && group.x == 0u) {
    for (var r = 0u; r < ROWS / LANES; r++) {
      let i = row + r * LANES + lane;
      if (i < params.m) { side(row_sum[r], i); }
    }
  }
  if (column < n4) {
    for (var r = 0u; r < ROWS; r++) {
      if (row + r < params.m) {
        let at = group.z * params.m * n4 + (row + r) * n4 + column;
        let v = sum[r];
        let i = 4u * at;
        let c = 4u * column;
        out[at] = vec4f(
          epilogue(v.x, i, c), epilogue(v.y, i + 1u, c + 1u), epilogue(v.z, i + 2u, c + 2u), epilogue(v.w, i + 3u, c + 3u),
        );
      }
    }
  }
}
