// One layer of a recurrent network in one direction, over all steps of a sequence, from the products of its inputs:
// x [steps, batch, GATES·hidden] holds x·W_ihᵀ + b for each step, gate after gate as PyTorch has them.
//   LSTM (0):  (i, f, g, o) = (σ, σ, tanh, σ)(x + h·wᵀ),  c′ = f·c + i·g,  h′ = o·tanh(c′)
//   GRU (1):   (r, z) = σ(x + h·wᵀ + bias),  m = h·w_nᵀ + bias_n,  n = tanh(x_n + r·m),  h′ = (1 − z)·n + z·h
//   tanh (2), ReLU (3):  h′ = f(x + h·wᵀ)
// Where LENGTHS = 1, steps from lengths[row] on leave the state as it is, and out is 0 there. states[t] and, of an LSTM, the
// fifth part of saved[t] are the state before step t, written beforehand for the first. saved[t] holds what the gradient
// needs: (i, f, g, o, c), (r, z, n, m, h) or (h′); final_states the state after all steps.
// A workgroup takes ROWS sequences from step `start` through `count` steps, and of each state UNITS units at a time (those of
// another workgroup.y are another's, where it takes a single step). The sums over units are divided among PARTS invocations
// each. The state is kept in workgroup memory, twice by turns, where it fits (ON_CHIP = 1). w lies as
// [GATES·hidden, hidden]. For devices with few lanes.
// @include recurrent_cell.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const ROWS = 1u;
const UNITS = 64u;
const PARTS = 4u;
const THREADS = 256u; // UNITS · PARTS
const STATE_SIZE = 128u; // twice ROWS · hidden, where it is on chip
const PARTIAL_SIZE = 1024u; // ROWS · GATES · THREADS
const LENGTHS = 0u;
const BIAS = 0u;
const ON_CHIP = 1u;

struct Params {
  steps: u32, batch: u32, hidden: u32, start: u32, count: u32, reverse: u32, step_stride: u32, row_stride: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<f32>;
@group(0) @binding(6) var<storage, read_write> saved: array<f32>;
@group(0) @binding(7) var<storage, read_write> final_states: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> state: array<f32, STATE_SIZE>;
var<workgroup> partial: array<f32, PARTIAL_SIZE>;

fn weights(k: u32, u: u32) -> vec4f {
  let n = params.hidden;
  let at = u * n + k;
  let gate = n * n;
  if (GATES == 1u) { return vec4f(w[at], 0.0, 0.0, 0.0); }
  if (GATES == 3u) { return vec4f(w[at], w[at + gate], w[at + 2u * gate], 0.0); }
  return vec4f(w[at], w[at + gate], w[at + 2u * gate], w[at + 3u * gate]);
}

// Unit u of the state that a row, the r-th of the workgroup, has before step t.
fn before(side: u32, r: u32, row: u32, t: u32, u: u32) -> f32 {
  if (ON_CHIP == 1u) { return state[(side * ROWS + r) * params.hidden + u]; }
  return states[place(t, row) * params.hidden + u];
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let n = params.hidden;
  let unit = thread % UNITS;
  let part = thread / UNITS;
  let last_row = max(params.batch, 1u) - 1u; // rows beyond the edge repeat the last one; they are not stored
  if (ON_CHIP == 1u) {
    let t = select(params.start, params.steps - 1u - params.start, params.reverse == 1u);
    for (var i = thread; i < ROWS * n; i += THREADS) {
      state[i] = states[place(t, min(id.x * ROWS + i / n, last_row)) * n + i % n];
    }
    workgroupBarrier();
  }
  var side = 0u;
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(step, params.steps - 1u - step, params.reverse == 1u);
    var next = select(t + 1u, t - 1u, params.reverse == 1u);
    if (step + 1u == params.steps) { next = params.steps; }
    for (var base = id.y * UNITS; base < n; base += groups.y * UNITS) {
      let u = base + unit;
      if (u < n) {
        var sum = array<vec4f, ROWS>();
        for (var k = part; k < n; k += PARTS) {
          let here = weights(k, u);
          for (var r = 0u; r < ROWS; r++) { sum[r] += before(side, r, min(id.x * ROWS + r, last_row), t, k) * here; }
        }
        for (var r = 0u; r < ROWS; r++) {
          for (var g = 0u; g < GATES; g++) { partial[(r * GATES + g) * THREADS + thread] = sum[r][g]; }
        }
      }
      workgroupBarrier();
      for (var r = part; r < ROWS; r += PARTS) {
        let row = id.x * ROWS + r;
        if (u < n && row <= last_row) {
          var products = vec4f();
          for (var g = 0u; g < GATES; g++) {
            for (var p = 0u; p < PARTS; p++) { products[g] += partial[(r * GATES + g) * THREADS + p * UNITS + unit]; }
          }
          let after = finish(row, u, t, next, products, before(side, r, row, t, u));
          if (ON_CHIP == 1u) { state[((1u - side) * ROWS + r) * n + u] = after; }
          if (next < params.steps) { states[place(next, row) * n + u] = after; }
        }
      }
      workgroupBarrier();
    }
    storageBarrier();
    side = 1u - side;
  }
}
