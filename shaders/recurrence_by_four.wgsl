// recurrence.wgsl for GPUs, over all steps in one launch: the same formulas, inputs and results. A workgroup takes some
// sequences and goes through the weights as include/recurrent_weights.wgsl says; w lies as [hidden / 4, GATES, hidden] fours of
// terms (recurrence_pack_by_four.wgsl), and `kept` holds the state. What the cells read besides is loaded before the sums.
// @include recurrent_cell.wgsl
// @include recurrent_weights.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const LENGTHS = 0u;
const BIAS = 0u;

struct Params { steps: u32, batch: u32, hidden: u32, reverse: u32, step_stride: u32, row_stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<f32>;
@group(0) @binding(6) var<storage, read_write> saved: array<f32>;
@group(0) @binding(7) var<storage, read_write> final_states: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> partial: array<vec4f, PARTIAL_SIZE>;
alias Sums = array<vec4f, ROWS>; // by gate

fn load_weights(loaded: ptr<function, Weights>, q: u32, u: u32) {
  let n = max(params.hidden, 1u);
  let last = (n - 1u) / 4u;
  for (var d = 0u; d < DEPTH; d++) {
    for (var g = 0u; g < GATES; g++) {
      (*loaded)[d * GATES + g] = w[(min(q + d * PARTS, last) * GATES + g) * n + min(u, n - 1u)];
    }
  }
}

fn add_products(sum: ptr<function, Sums>, here: ptr<function, Weights>, q: u32) {
  let first = q / (PARTS * DEPTH) % TURNS * (PARTS * DEPTH) + q % PARTS;
  for (var d = 0u; d < DEPTH; d++) {
    for (var r = 0u; r < ROWS; r++) {
      let four = kept[r * PITCH + first + d * PARTS];
      for (var g = 0u; g < GATES; g++) { (*sum)[r][g] = add_product((*sum)[r][g], (*here)[d * GATES + g], four); }
    }
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let n = params.hidden;
  let fours = (n + 3u) / 4u;
  let unit = thread % UNITS;
  let part = thread / UNITS;
  let last_row = max(params.batch, 1u) - 1u; // rows beyond the edge repeat the last one; they are not stored
  let first = select(0u, params.steps - 1u, params.reverse == 1u);
  for (var i = thread; i < FRESH_SIZE; i += THREADS) {
    let u = i % (4u * PITCH);
    fresh[i] = 0.0;
    if (u < n) { fresh[i] = states[place(first, min(id.x * ROWS + i / (4u * PITCH), last_row)) * n + u]; }
  }
  workgroupBarrier();
  gather(thread);
  workgroupBarrier();
  var held = Held();
  var ahead: Weights;
  begin(&held, &ahead, part, unit);
  for (var step = 0u; step < params.steps; step++) {
    let t = select(step, params.steps - 1u - step, params.reverse == 1u);
    var next = select(t + 1u, t - 1u, params.reverse == 1u);
    if (step + 1u == params.steps) { next = params.steps; }
    for (var base = 0u; base < n; base += UNITS) {
      let u = base + unit;
      let u_next = select(base + UNITS, 0u, base + UNITS >= n) + unit;
      var given = array<vec4f, MINE>();
      var carried = array<f32, MINE>();
      for (var i = 0u; i < MINE; i++) {
        let r = part + i * PARTS;
        let row = id.x * ROWS + r;
        if (r < ROWS && u < n && row <= last_row) {
          given[i] = inputs(place(t, row), u);
          carried[i] = cell_before(place(t, row), u);
        }
      }
      var sum = Sums();
      multiply(&sum, &held, &ahead, fours, part, u, u_next);
      for (var r = 0u; r < ROWS; r++) { partial[r * THREADS + thread] = sum[r]; }
      workgroupBarrier();
      for (var i = 0u; i < MINE; i++) {
        let r = part + i * PARTS;
        let row = id.x * ROWS + r;
        if (r < ROWS && u < n && row <= last_row) {
          var products = vec4f();
          for (var p = 0u; p < PARTS; p++) { products += partial[r % ROWS * THREADS + p * UNITS + unit]; }
          let place_of = r * 4u * PITCH + u;
          let after = finish_given(row, u, t, next, products, fresh[place_of], given[i], carried[i]);
          fresh[place_of] = after;
          if (next < params.steps) { states[place(next, row) * n + u] = after; }
        }
      }
      workgroupBarrier();
    }
    gather(thread);
    workgroupBarrier();
  }
}
