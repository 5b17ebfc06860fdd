// recurrence_grad.wgsl for GPUs, over all steps in one launch: the same formulas, inputs and results, in the manner of
// recurrence_by_four.wgsl. w lies as [GATES·hidden / 4, hidden] fours of terms; `kept` holds the gates' gradients of the step made
// before. `count` is one more than `steps` where d_initial of the state is wanted.
// @include recurrent_cell_grad.wgsl
// @include recurrent_weights.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;

struct Params { steps: u32, batch: u32, hidden: u32, count: u32, reverse: u32, step_stride: u32, row_stride: u32 }

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> d_final: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_x: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_initial: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> partial: array<f32, PARTIAL_SIZE>;
alias Sums = array<f32, ROWS>;

fn load_weights(loaded: ptr<function, Weights>, q: u32, u: u32) {
  let n = max(params.hidden, 1u);
  let last = (GATES * n - 1u) / 4u;
  for (var d = 0u; d < DEPTH; d++) { (*loaded)[d] = w[min(q + d * PARTS, last) * n + min(u, n - 1u)]; }
}

fn add_products(sum: ptr<function, Sums>, here: ptr<function, Weights>, q: u32) {
  let first = q / (PARTS * DEPTH) % TURNS * (PARTS * DEPTH) + q % PARTS;
  for (var d = 0u; d < DEPTH; d++) {
    for (var r = 0u; r < ROWS; r++) { (*sum)[r] = add_product((*sum)[r], (*here)[d], kept[r * PITCH + first + d * PARTS]); }
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let n = params.hidden;
  let fours = (GATES * n + 3u) / 4u;
  let unit = thread % UNITS;
  let part = thread / UNITS;
  let last_row = max(params.batch, 1u) - 1u;
  for (var i = thread; i < FRESH_SIZE; i += THREADS) { fresh[i] = 0.0; }
  for (var i = thread; i < KEPT_SIZE; i += THREADS) { kept[i] = vec4f(); } // the first step has no terms
  workgroupBarrier();
  var held = Held();
  var ahead: Weights;
  begin(&held, &ahead, part, unit);
  for (var step = 0u; step < params.count; step++) {
    let t = select(params.steps - 1u - step, step, params.reverse == 1u);
    for (var base = 0u; base < n; base += UNITS) {
      let u = base + unit;
      let u_next = select(base + UNITS, 0u, base + UNITS >= n) + unit;
      var given = array<Given, MINE>();
      for (var i = 0u; i < MINE; i++) {
        let r = part + i * PARTS;
        let row = id.x * ROWS + r;
        if (r < ROWS && u < n && row <= last_row) { given[i] = given_of(row, u, step, t); }
      }
      var sum = Sums();
      multiply(&sum, &held, &ahead, fours, part, u, u_next);
      for (var r = 0u; r < ROWS; r++) { partial[r * THREADS + thread] = sum[r]; }
      workgroupBarrier();
      for (var i = 0u; i < MINE; i++) {
        let r = part + i * PARTS;
        let row = id.x * ROWS + r;
        if (r < ROWS && u < n && row <= last_row) {
          var products = 0.0;
          for (var p = 0u; p < PARTS; p++) { products += partial[r % ROWS * THREADS + p * UNITS + unit]; }
          let d = finish_given(row, u, step, t, products, given[i]);
          for (var g = 0u; g < GATES; g++) { fresh[r * 4u * PITCH + g * n + u] = d[g]; }
        }
      }
      workgroupBarrier();
    }
    gather(thread);
    workgroupBarrier();
  }
}
