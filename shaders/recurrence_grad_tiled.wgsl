// One step of recurrence_grad.wgsl for GPUs, shared among workgroups: the same formulas, inputs and results, of the step `start`
// before the end, in the manner of recurrence_tiled.wgsl. Workgroup (x, y) makes 4 · TR sequences × 4 · QUADS · TU units; w lies
// as [GATES·hidden, hidden / 4] fours of units.
// @include recurrent_cell_grad.wgsl
// @include recurrent_product.wgsl
const CELL = 0u; // 0 LSTM, 1 GRU, 2 tanh, 3 ReLU
const GATES = 4u;
const SAVED = 5u;
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;

struct Params { steps: u32, batch: u32, hidden: u32, start: u32, reverse: u32, step_stride: u32, row_stride: u32 }

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> d_final: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_x: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_initial: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<private> first_four: u32;

// The gates' gradients of the step made before.
fn source(term: u32, row: u32) -> f32 {
  let terms = GATES * max(params.hidden, 1u);
  let later = select(params.steps - params.start, params.start - 1u, params.reverse == 1u);
  // Rows beyond the edge repeat the last one; they are not stored.
  let value = d_gates[place(later, min(row, max(params.batch, 1u) - 1u)) * terms + min(term, terms - 1u)];
  return select(0.0, value, term < terms);
}

fn weight_four(term: u32, i: u32) -> vec4f {
  let fours = max((params.hidden + 3u) / 4u, 1u);
  let k = min(term, GATES * max(params.hidden, 1u) - 1u); // terms beyond the last meet zeros
  return w[k * fours + min(first_four + i, fours - 1u)];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let n = params.hidden;
  let t = select(params.steps - 1u - params.start, params.start, params.reverse == 1u);
  first_four = id.y * QUADS * TU;
  let first_row = id.x * 4u * TR;
  var sums = array<vec4f, SUMS>();
  multiply(&sums, select(0u, GATES * n, params.start > 0u), thread, first_row);
  let rows = params.batch - min(params.batch, first_row);
  for (var j = 0u; j < min(4u, (rows + TR - 1u) / TR); j++) {
    workgroupBarrier();
    hand_over(&sums, j, thread);
    workgroupBarrier();
    for (var i = thread; i < TR * 4u * QUADS * TU; i += THREADS) {
      let column = i % (4u * QUADS * TU);
      let tr = i / (4u * QUADS * TU);
      let u = 4u * first_four + column;
      let row = first_row + j * TR + tr;
      if (u < n && row < params.batch) {
        let given = given_of(row, u, params.start, t);
        _ = finish_given(row, u, params.start, t, products_of(tr, column, 0u, 1u).x, given);
      }
    }
  }
}
