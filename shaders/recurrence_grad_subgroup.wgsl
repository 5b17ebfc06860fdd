enable subgroups;

// recurrence_grad.wgsl for devices on which a load costs far more than a shuffle, where hidden is a multiple of 4.
// A workgroup is one subgroup and takes ROWS sequences back through the steps. An invocation makes four neighbouring units,
// then four more after those of the other lanes. Each element of a gate's gradient is loaded by one lane and handed to the
// others by shuffle, four terms of a sum at a time.
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;

struct Params {
  steps: u32, batch: u32, hidden: u32, start: u32, count: u32, reverse: u32, step_stride: u32, row_stride: u32,
}

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<vec4f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(3) var<storage, read> d_final: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_initial: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const LOADS = ROWS / LANES;

fn hyperbolic_tangent(z: vec4f) -> vec4f { return tanh(clamp(z, vec4f(-15.0), vec4f(15.0))); }
fn place(t: u32, row: u32) -> u32 { return t * params.step_stride + row * params.row_stride; }

// Gradients of the gates of the quad q of units at step t, from the products with those of the step after it.
fn finish(row: u32, q: u32, step: u32, t: u32, sums: vec4f) {
  let quads = params.hidden / 4u;
  if (q >= quads) { return; }
  let carry = row * quads + q;
  let carry_c = carry + params.batch * quads;
  var dh = sums;
  if (step == 0u) {
    dh = vec4f();
    if (D_FINAL == 1u) { dh = d_final[carry]; }
  } else if (CELL == 1u || LENGTHS == 1u) {
    dh += d_initial[carry];
  }
  if (step == params.steps) {
    d_initial[carry] = dh;
    return;
  }
  var dc = vec4f();
  if (CELL == 0u) {
    if (step > 0u) { dc = d_initial[carry_c]; } else if (D_FINAL == 1u) { dc = d_final[carry_c]; }
  }
  let at = place(t, row);
  let to = at * GATES * quads + q;
  let source = at * SAVED * quads + q;
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  let left = select(dh, vec4f(), valid);
  if (D_OUT == 1u) { dh += d_out[at * quads + q]; }
  dh = select(vec4f(), dh, valid);
  if (CELL == 0u) {
    let i = saved[source];
    let f = saved[source + quads];
    let g = saved[source + 2u * quads];
    let o = saved[source + 3u * quads];
    let c_before = saved[source + 4u * quads];
    let squashed = hyperbolic_tangent(f * c_before + i * g);
    let into = select(vec4f(), dc + dh * o * (1.0 - squashed * squashed), valid);
    d_gates[to] = into * g * i * (1.0 - i);
    d_gates[to + quads] = into * c_before * f * (1.0 - f);
    d_gates[to + 2u * quads] = into * i * (1.0 - g * g);
    d_gates[to + 3u * quads] = dh * squashed * o * (1.0 - o);
    d_initial[carry_c] = select(dc, into * f, valid);
    if (LENGTHS == 1u) { d_initial[carry] = left; }
  } else if (CELL == 1u) {
    let r = saved[source];
    let z = saved[source + quads];
    let g = saved[source + 2u * quads];
    let dg = dh * (1.0 - z) * (1.0 - g * g);
    let dz = dh * (saved[source + 4u * quads] - g) * z * (1.0 - z);
    let dr = dg * saved[source + 3u * quads] * r * (1.0 - r);
    d_gates[to] = dr;
    d_gates[to + quads] = dz;
    d_gates[to + 2u * quads] = dg * r;
    d_x[to] = dr;
    d_x[to + quads] = dz;
    d_x[to + 2u * quads] = dg;
    d_initial[carry] = left + dh * z;
  } else {
    let h = saved[source];
    d_gates[to] = select(select(vec4f(), dh, h > vec4f()), dh * (1.0 - h * h), CELL == 2u);
    if (LENGTHS == 1u) { d_initial[carry] = left; }
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = params.hidden / 4u;
  let terms = GATES * quads;
  let row = id.x * ROWS;
  let rows = min(ROWS, params.batch - row); // not known to the compiler, which would unroll the loop over it
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(params.steps - 1u - step, step, params.reverse == 1u);
    let later = select(params.steps - step, step - 1u, params.reverse == 1u);
    for (var base = id.y * LANES; base < quads; base += groups.y * LANES) {
      var sum = array<vec4f, ROWS>();
      var w_at = min(base + lane, quads - 1u); // units beyond the edge repeat the last ones; they are not stored
      var d_at: array<u32, LOADS>;
      // @unroll
      for (var r = 0u; r < LOADS; r++) {
        d_at[r] = place(later, min(row + r * LANES + lane, params.batch - 1u)) * terms;
      }
      for (var k = 0u; k < select(0u, terms, step > 0u); k++) {
        let b0 = w[w_at];
        let b1 = w[w_at + quads];
        let b2 = w[w_at + 2u * quads];
        let b3 = w[w_at + 3u * quads];
        w_at += 4u * quads;
        var mine: array<vec4f, LOADS>;
        // @unroll
        for (var r = 0u; r < LOADS; r++) {
          mine[r] = d_gates[d_at[r]];
          d_at[r] += 1u;
        }
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let theirs = subgroupShuffle(mine[r / LANES], r % LANES);
          sum[r] += theirs.x * b0;
          sum[r] += theirs.y * b1;
          sum[r] += theirs.z * b2;
          sum[r] += theirs.w * b3;
        }
      }
      // A choice among registers, so that the rest is there once for all rows rather than once for each.
      for (var r = 0u; r < rows; r++) {
        var product = vec4f();
        // @unroll
        for (var n = 0u; n < ROWS; n++) { product = select(product, sum[n], n == r); }
        finish(row + r, base + lane, step, t, product);
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
