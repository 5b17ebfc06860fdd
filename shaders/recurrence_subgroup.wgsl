enable subgroups;

// recurrence.wgsl for devices on which a load costs far more than a shuffle, where hidden is a multiple of 4.
// A workgroup is one subgroup and takes ROWS sequences through the steps. An invocation makes the gates of one unit (of four
// units where a cell has one gate), then of the unit after LANES others, and so on. Each element of a state is loaded by one
// lane and handed to the others by shuffle, four terms of a sum at a time.
// @include recurrent_cell.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const ROWS = 16u; // a multiple of LANES
const LANES = 8u; // the device's subgroup size: 4 or 8
const LENGTHS = 0u;
const BIAS = 0u;

struct Params {
  steps: u32, batch: u32, hidden: u32, start: u32, count: u32, reverse: u32, step_stride: u32, row_stride: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> saved: array<f32>;
@group(0) @binding(7) var<storage, read_write> final_states: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const LOADS = ROWS / LANES;

// The state of unit u after step t.
fn step_unit(row: u32, u: u32, t: u32, next: u32, sums: vec4f) -> f32 {
  let at = place(t, row) * params.hidden + u;
  var before = 0.0;
  if (CELL == 1u || LENGTHS == 1u) { before = states[at / 4u][at % 4u]; }
  return finish(row, u, t, next, sums, before);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quads = params.hidden / 4u;
  let row = id.x * ROWS;
  let rows = min(ROWS, params.batch - row); // not known to the compiler, which would unroll the loops over it
  let tasks = select(params.hidden, quads, GATES == 1u);
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(step, params.steps - 1u - step, params.reverse == 1u);
    var next = select(t + 1u, t - 1u, params.reverse == 1u);
    if (step + 1u == params.steps) { next = params.steps; }
    for (var base = id.y * LANES; base < tasks; base += groups.y * LANES) {
      let own = min(base + lane, tasks - 1u); // units beyond the edge repeat the last one; they are not stored
      var w_at = (own + vec4u(0u, 1u, 2u, min(3u, GATES - 1u)) * params.hidden) * quads;
      if (GATES == 1u) { w_at = (own * 4u + vec4u(0u, 1u, 2u, 3u)) * quads; }
      var h_at: array<u32, LOADS>;
      // @unroll
      for (var r = 0u; r < LOADS; r++) { h_at[r] = place(t, min(row + r * LANES + lane, params.batch - 1u)) * quads; }
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
          mine[r] = states[h_at[r]];
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
      for (var r = 0u; r < rows; r++) {
        var product = vec4f();
        // @unroll
        for (var n = 0u; n < ROWS; n++) { product = select(product, sum[n], n == r); }
        // Four neighbours' states are stored by one of them, see the README; tasks are so many that all four are inside or none.
        let inside = base + lane < tasks;
        var after = vec4f();
        if (GATES == 1u) {
          for (var i = 0u; i < select(0u, 4u, inside); i++) {
            after[i] = step_unit(row + r, (base + lane) * 4u + i, t, next, vec4f(product[i]));
          }
        } else {
          var own_after = 0.0;
          if (inside) { own_after = step_unit(row + r, base + lane, t, next, product); }
          after = vec4f(
            quadBroadcast(own_after, 0u), quadBroadcast(own_after, 1u), quadBroadcast(own_after, 2u), quadBroadcast(own_after, 3u),
          );
        }
        if (inside && next < params.steps && (GATES == 1u || lane % 4u == 0u)) {
          states[place(next, row + r) * quads + select((base + lane) / 4u, base + lane, GATES == 1u)] = after;
        }
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
