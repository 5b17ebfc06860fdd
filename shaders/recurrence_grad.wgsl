// The gradients of recurrence.wgsl back through all steps: d_gates [steps, batch, GATES·hidden] with respect to the gates
// before their activations (of a GRU's third: with respect to m), d_x the same with respect to x where it differs (a GRU), and
// d_initial (h, c) to the state before the first step, which on the way carries what one step hands to the one before it.
//   LSTM:  dc = dc′ + dh·o·(1 − tanh²c),  d(i, f, g, o) = (dc·g·i(1 − i), dc·c·f(1 − f), dc·i·(1 − g²), dh·tanh c·o(1 − o))
//   GRU:   dn = dh·(1 − z)·(1 − n²),  dz = dh·(h − n)·z(1 − z),  dr = dn·m·r(1 − r),  dm = dn·r
//   and dh of the step before is d_gates·w (GRU: + dh·z).
// A workgroup takes ROWS sequences back from the step `start` before the end through `count` steps; one step beyond the first
// makes d_initial. Units, parts and workgroup memory as in recurrence.wgsl; w lies as [GATES·hidden, hidden].
// @include recurrent_cell_grad.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const ROWS = 1u;
const UNITS = 64u;
const EACH = 1u; // units of an invocation
const PARTS = 4u;
const THREADS = 256u; // UNITS · PARTS
const GATES_SIZE = 512u; // twice ROWS · GATES · hidden, where they are on chip
const SUMS = 1u; // ROWS · EACH
const PARTIAL_SIZE = 256u; // SUMS · THREADS
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;
const ON_CHIP = 1u;

struct Params {
  steps: u32, batch: u32, hidden: u32, start: u32, count: u32, reverse: u32, step_stride: u32, row_stride: u32,
}

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> d_final: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_x: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_initial: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> kept: array<f32, GATES_SIZE>;
var<workgroup> partial: array<f32, PARTIAL_SIZE>;

// The k-th of the gates' gradients that a row, the r-th of the workgroup, had at the step made before, which is t.
fn made(side: u32, r: u32, row: u32, t: u32, k: u32) -> f32 {
  if (ON_CHIP == 1u) { return kept[(side * ROWS + r) * GATES * params.hidden + k]; }
  return d_gates[place(t, row) * GATES * params.hidden + k];
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let n = params.hidden;
  let terms = GATES * n;
  let unit = thread % UNITS;
  let part = thread / UNITS;
  let last_row = max(params.batch, 1u) - 1u; // rows beyond the edge repeat the last one; they are not stored
  if (ON_CHIP == 1u && params.start > 0u) {
    let t = select(params.steps - params.start, params.start - 1u, params.reverse == 1u);
    for (var i = thread; i < ROWS * terms; i += THREADS) {
      kept[i] = d_gates[place(t, min(id.x * ROWS + i / terms, last_row)) * terms + i % terms];
    }
    workgroupBarrier();
  }
  var side = 0u;
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(params.steps - 1u - step, step, params.reverse == 1u);
    let later = select(params.steps - step, step - 1u, params.reverse == 1u);
    for (var base = id.y * UNITS * EACH; base < n; base += groups.y * UNITS * EACH) {
      var sum = array<f32, SUMS>();
      for (var k = part; k < select(0u, terms, step > 0u); k += PARTS) {
        var here: array<f32, EACH>;
        for (var j = 0u; j < EACH; j++) { here[j] = w[k * n + min(base + j * UNITS + unit, n - 1u)]; }
        for (var r = 0u; r < ROWS; r++) {
          let d = made(side, r, min(id.x * ROWS + r, last_row), later, k);
          for (var j = 0u; j < EACH; j++) { sum[r * EACH + j] += d * here[j]; }
        }
      }
      for (var i = 0u; i < SUMS; i++) { partial[i * THREADS + thread] = sum[i]; }
      workgroupBarrier();
      for (var i = part; i < SUMS; i += PARTS) {
        let r = i / EACH;
        let u = base + i % EACH * UNITS + unit;
        let row = id.x * ROWS + r;
        if (u < n && row <= last_row) {
          var products = 0.0;
          for (var p = 0u; p < PARTS; p++) { products += partial[i * THREADS + p * UNITS + unit]; }
          let d = finish(row, u, step, t, products);
          if (ON_CHIP == 1u) {
            for (var g = 0u; g < GATES; g++) { kept[((1u - side) * ROWS + r) * terms + g * n + u] = d[g]; }
          }
        }
      }
      workgroupBarrier();
    }
    storageBarrier();
    side = 1u - side;
  }
}
