// One step of recurrence.wgsl for GPUs, shared among workgroups: the same formulas, inputs and results, of step `start`.
// Workgroup (x, y) makes 4 · TR sequences × 4 · TU units: first their products with the state before, gates beside one another, in
// tiles (recurrent_product.wgsl), then the cells, an invocation a cell, neighbours neighbours. w lies as [hidden, GATES,
// hidden / 4] fours of units (recurrence_pack_by_four.wgsl).
// @include recurrent_cell.wgsl
// @include recurrent_product.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const LENGTHS = 0u;
const BIAS = 0u;

struct Params { steps: u32, batch: u32, hidden: u32, start: u32, reverse: u32, step_stride: u32, row_stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> states: array<f32>;
@group(0) @binding(6) var<storage, read_write> saved: array<f32>;
@group(0) @binding(7) var<storage, read_write> final_states: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<private> first_four: u32;

fn time() -> u32 { return select(params.start, params.steps - 1u - params.start, params.reverse == 1u); }

fn source(term: u32, row: u32) -> f32 {
  // Rows beyond the edge repeat the last one; they are not stored.
  let n = max(params.hidden, 1u);
  let value = states[place(time(), min(row, max(params.batch, 1u) - 1u)) * n + min(term, n - 1u)];
  return select(0.0, value, term < n);
}

fn weight_four(term: u32, i: u32) -> vec4f {
  let fours = max((params.hidden + 3u) / 4u, 1u);
  let k = min(term, max(params.hidden, 1u) - 1u); // terms beyond the last meet zeros
  return w[(k * GATES + i / TU) * fours + min(first_four + i % TU, fours - 1u)];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let n = params.hidden;
  let t = time();
  var next = select(t + 1u, t - 1u, params.reverse == 1u);
  if (params.start + 1u == params.steps) { next = params.steps; }
  first_four = id.y * TU;
  let first_row = id.x * 4u * TR;
  var sums = array<vec4f, SUMS>();
  multiply(&sums, n, thread, first_row);
  let rows = params.batch - min(params.batch, first_row);
  for (var j = 0u; j < min(4u, (rows + TR - 1u) / TR); j++) {
    workgroupBarrier();
    hand_over(&sums, j, thread);
    workgroupBarrier();
    for (var i = thread; i < TR * 4u * TU; i += THREADS) {
      let column = i % (4u * TU);
      let tr = i / (4u * TU);
      let u = 4u * first_four + column;
      let row = first_row + j * TR + tr;
      if (u < n && row < params.batch) {
        let at = place(t, row);
        let given = inputs(at, u);
        let c_before = cell_before(at, u);
        let before = states[at * n + u];
        let products = products_of(tr, column, 4u * TU, GATES);
        let after = finish_given(row, u, t, next, products, before, given, c_before);
        if (next < params.steps) { states[place(next, row) * n + u] = after; }
      }
    }
  }
}
