enable subgroups;

// recurrence_reset_first.wgsl for devices on which a load costs far more than a shuffle, where hidden is a multiple of 4.
// A workgroup is one subgroup and takes ROWS sequences through the steps. An invocation makes four neighbouring results of a
// product (of the first: the gates r, then z), then four more after those of the other lanes. Each element of a state is
// loaded by one lane and handed to the others by shuffle, four terms of a sum at a time.
// @include reset_first_steps.wgsl
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const LENGTHS = 0u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> lengths: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> saved: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> final_states: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

const LOADS = ROWS / LANES;

// As in include/gates.wgsl.
fn is_nan(z: vec4f) -> vec4<bool> { return (bitcast<vec4u>(z) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }
fn sigmoid(z: vec4f) -> vec4f { return select(1.0 / (1.0 + exp(-clamp(z, vec4f(-80.0), vec4f(80.0)))), z, is_nan(z)); }
fn hyperbolic_tangent(z: vec4f) -> vec4f { return select(tanh(clamp(z, vec4f(-15.0), vec4f(15.0))), z, is_nan(z)); }

// The q-th quad of the gates r and z.
fn open_gates(row: u32, q: u32, t: u32, sums: vec4f) {
  let quads = params.hidden / 4u;
  let at = place(t, row);
  let gate = sigmoid(x[at * 3u * quads + q] + sums);
  saved[at * 5u * quads + q] = gate;
  if (q < quads) {
    let h = states[at * quads + q];
    saved[(at * 5u + 3u) * quads + q] = gate * h;
    saved[(at * 5u + 4u) * quads + q] = h;
  }
}

fn finish(row: u32, q: u32, t: u32, next: u32, sums: vec4f) {
  let quads = params.hidden / 4u;
  let at = place(t, row);
  let z = saved[(at * 5u + 1u) * quads + q];
  let before = states[at * quads + q];
  let candidate = hyperbolic_tangent(x[(at * 3u + 2u) * quads + q] + sums);
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  let h = (1.0 - z) * candidate + z * before;
  let after = select(before, h, valid);
  saved[(at * 5u + 2u) * quads + q] = candidate;
  out[at * quads + q] = select(vec4f(), h, valid);
  if (next < params.steps) { states[place(next, row) * quads + q] = after; } else { final_states[row * quads + q] = after; }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = params.hidden / 4u;
  let row = id.x * ROWS;
  let rows = min(ROWS, params.batch - min(params.batch, row)); // not known to the compiler, which would unroll the loop
  let first_phase = select(2u, 1u, (params.phases & 1u) != 0u);
  let last_phase = select(1u, 2u, (params.phases & 2u) != 0u);
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(step, params.steps - 1u - step, params.reverse == 1u);
    var next = select(t + 1u, t - 1u, params.reverse == 1u);
    if (step + 1u == params.steps) { next = params.steps; }
    for (var phase = first_phase; phase <= last_phase; phase++) {
      let first = phase == 1u;
      let tasks = select(quads, 2u * quads, first);
      for (var base = id.y * LANES; base < tasks; base += groups.y * LANES) {
        let own = min(base + lane, tasks - 1u); // beyond the edge the last ones are repeated; they are not stored
        var w_at = (select(2u * params.hidden, 0u, first) + own * 4u + vec4u(0u, 1u, 2u, 3u)) * quads;
        var h_at: array<u32, LOADS>;
        // @unroll
        for (var r = 0u; r < LOADS; r++) {
          let at = place(t, min(row + r * LANES + lane, params.batch - 1u));
          h_at[r] = select((at * 5u + 3u) * quads, at * quads, first);
        }
        var sum = array<vec4f, ROWS>();
        for (var k = 0u; k < quads; k++) {
          let c0 = w[w_at.x];
          let c1 = w[w_at.y];
          let c2 = w[w_at.z];
          let c3 = w[w_at.w];
          w_at += 1u;
          let b0 = vec4f(c0.x, c1.x, c2.x, c3.x);
          let b1 = vec4f(c0.y, c1.y, c2.y, c3.y);
          let b2 = vec4f(c0.z, c1.z, c2.z, c3.z);
          let b3 = vec4f(c0.w, c1.w, c2.w, c3.w);
          var mine: array<vec4f, LOADS>;
          // @unroll
          for (var r = 0u; r < LOADS; r++) {
            if (first) { mine[r] = states[h_at[r]]; } else { mine[r] = saved[h_at[r]]; }
            h_at[r] += 1u;
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
        for (var r = 0u; r < select(0u, rows, base + lane < tasks); r++) {
          var sums = vec4f();
          // @unroll
          for (var n = 0u; n < ROWS; n++) { sums = select(sums, sum[n], n == r); }
          if (first) { open_gates(row + r, own, t, sums); } else { finish(row + r, own, t, next, sums); }
        }
      }
      storageBarrier();
      workgroupBarrier();
    }
  }
}
