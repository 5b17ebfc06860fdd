enable subgroups;

// recurrence_reset_first_grad.wgsl for devices on which a load costs far more than a shuffle, where hidden is a multiple of 4.
// A workgroup is one subgroup and takes ROWS sequences back through the steps. An invocation makes four neighbouring units,
// then four more after those of the other lanes. Each element of a gate's gradient is loaded by one lane and handed to the
// others by shuffle, four terms of a sum at a time.
// @include reset_first_steps.wgsl
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<vec4f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(3) var<storage, read> d_final: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_initial: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

const LOADS = ROWS / LANES;

fn time(step: u32) -> u32 { return select(params.steps - 1u - step, step, params.reverse == 1u); }

// dn, dz and the part of the state's gradient that goes around the gates, from the gradient dh of the state after the step.
fn begin(row: u32, q: u32, step: u32, dh_after: vec4f) {
  let quads = params.hidden / 4u;
  let t = time(step);
  let at = place(t, row);
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  var dh = dh_after;
  if (D_OUT == 1u) { dh += d_out[at * quads + q]; }
  dh = select(vec4f(), dh, valid);
  let z = saved[(at * 5u + 1u) * quads + q];
  let candidate = saved[(at * 5u + 2u) * quads + q];
  d_gates[(at * 3u + 1u) * quads + q] = dh * (saved[(at * 5u + 4u) * quads + q] - candidate) * z * (1.0 - z);
  d_gates[(at * 3u + 2u) * quads + q] = dh * (1.0 - z) * (1.0 - candidate * candidate);
  d_initial[row * quads + q] = select(dh_after, dh * z, valid);
}

fn finish(row: u32, q: u32, step: u32, second: bool, sums: vec4f) {
  let quads = params.hidden / 4u;
  let at = place(time(step), row);
  if (!second) {
    let r = saved[at * 5u * quads + q];
    d_gates[at * 3u * quads + q] = sums * saved[(at * 5u + 4u) * quads + q] * r * (1.0 - r);
    d_initial[row * quads + q] += sums * r;
    return;
  }
  let dh = d_initial[row * quads + q] + sums;
  if (step + 1u < params.steps) { begin(row, q, step + 1u, dh); } else { d_initial[row * quads + q] = dh; }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = params.hidden / 4u;
  let row = id.x * ROWS;
  let rows = min(ROWS, params.batch - min(params.batch, row)); // not known to the compiler, which would unroll the loop
  let first_phase = select(4u, 2u, (params.phases & 2u) != 0u);
  let last_phase = select(2u, 4u, (params.phases & 4u) != 0u);
  if ((params.phases & 1u) != 0u) {
    for (var q = id.y * LANES + lane; q < quads; q += groups.y * LANES) {
      for (var r = 0u; r < rows; r++) {
        var dh = vec4f();
        if (D_FINAL == 1u) { dh = d_final[(row + r) * quads + q]; }
        begin(row + r, q, 0u, dh);
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = time(step);
    for (var phase = first_phase; phase <= last_phase; phase += 2u) {
      let second = phase == 4u;
      // The first product is of dn, the second of dr and dz, which lie beside one another.
      let gate = select(2u, 0u, second);
      let terms = select(quads, 2u * quads, second);
      for (var base = id.y * LANES; base < quads; base += groups.y * LANES) {
        let own = min(base + lane, quads - 1u); // beyond the edge the last ones are repeated; they are not stored
        var w_at = gate * params.hidden * quads + own;
        var d_at: array<u32, LOADS>;
        // @unroll
        for (var r = 0u; r < LOADS; r++) {
          d_at[r] = (place(t, min(row + r * LANES + lane, params.batch - 1u)) * 3u + gate) * quads;
        }
        var sum = array<vec4f, ROWS>();
        for (var k = 0u; k < terms; k++) {
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
        for (var r = 0u; r < select(0u, rows, base + lane < quads); r++) {
          var sums = vec4f();
          // @unroll
          for (var n = 0u; n < ROWS; n++) { sums = select(sums, sum[n], n == r); }
          finish(row + r, own, step, second, sums);
        }
      }
      storageBarrier();
      workgroupBarrier();
    }
  }
}
