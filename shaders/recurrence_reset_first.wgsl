// A GRU whose reset gate scales the state before its product (ONNX: linear_before_reset = 0), over all steps of a sequence:
//   (r, z) = σ(x + h·wᵀ),  n = tanh(x_n + (r·h)·w_nᵀ),  h′ = (1 − z)·n + z·h
// x [steps, batch, 3·hidden] holds the inputs' products with all biases, gates as in recurrence.wgsl, and so lie states,
// final_states and lengths; saved[t] = (r, z, n, r·h, h). What one step's second product reads, its first one makes, of all
// units: a workgroup takes ROWS sequences through both, or the two are launches of their own (`phases`: 1 the first, 2 the
// second, 3 both), which units are then shared among workgroups. Sums over units are divided among PARTS invocations each.
// With PACKED = 1 w lies as [hidden, 3·hidden], else as [3·hidden, hidden].
// @include reset_first_steps.wgsl
// @include gates.wgsl
const ROWS = 1u;
const UNITS = 64u;
const PARTS = 4u;
const THREADS = 256u; // UNITS · PARTS
const PARTIAL_SIZE = 256u; // ROWS · THREADS
const LENGTHS = 0u;
const PACKED = 0u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read_write> states: array<f32>;
@group(0) @binding(5) var<storage, read_write> saved: array<f32>;
@group(0) @binding(6) var<storage, read_write> final_states: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> partial: array<vec2f, PARTIAL_SIZE>;

fn weight(k: u32, gate: u32, u: u32) -> f32 {
  let n = params.hidden;
  return w[select((gate * n + u) * n + k, (k * 3u + gate) * n + u, PACKED == 1u)];
}

fn open_gates(row: u32, u: u32, t: u32, products: vec2f) {
  let n = params.hidden;
  let at = place(t, row);
  let h = states[at * n + u];
  let r = sigmoid(x[at * 3u * n + u] + products.x);
  saved[at * 5u * n + u] = r;
  saved[(at * 5u + 1u) * n + u] = sigmoid(x[(at * 3u + 1u) * n + u] + products.y);
  saved[(at * 5u + 3u) * n + u] = r * h;
  saved[(at * 5u + 4u) * n + u] = h;
}

fn finish(row: u32, u: u32, t: u32, next: u32, product: f32) {
  let n = params.hidden;
  let at = place(t, row);
  let z = saved[(at * 5u + 1u) * n + u];
  let before = states[at * n + u];
  let candidate = hyperbolic_tangent(x[(at * 3u + 2u) * n + u] + product);
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  let h = (1.0 - z) * candidate + z * before;
  let after = select(before, h, valid);
  saved[(at * 5u + 2u) * n + u] = candidate;
  out[at * n + u] = select(0.0, h, valid);
  if (next < params.steps) { states[place(next, row) * n + u] = after; } else { final_states[row * n + u] = after; }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let n = params.hidden;
  let unit = thread % UNITS;
  let part = thread / UNITS;
  let rows = min(ROWS, params.batch - min(params.batch, id.x * ROWS));
  let first_phase = select(2u, 1u, (params.phases & 1u) != 0u);
  let last_phase = select(1u, 2u, (params.phases & 2u) != 0u);
  let last_row = max(params.batch, 1u) - 1u; // rows beyond the edge repeat the last one; they are not stored
  for (var step = params.start; step < params.start + params.count; step++) {
    let t = select(step, params.steps - 1u - step, params.reverse == 1u);
    var next = select(t + 1u, t - 1u, params.reverse == 1u);
    if (step + 1u == params.steps) { next = params.steps; }
    // Bounds that the compiler does not know, here and below, so that it does not unroll everything.
    for (var phase = first_phase; phase <= last_phase; phase++) {
      let first = phase == 1u;
      for (var base = id.y * UNITS; base < n; base += groups.y * UNITS) {
        let u = min(base + unit, n - 1u);
        var sum = array<vec2f, ROWS>();
        for (var k = part; k < n; k += PARTS) {
          let here = vec2f(weight(k, select(2u, 0u, first), u), weight(k, select(2u, 1u, first), u));
          for (var r = 0u; r < ROWS; r++) {
            let at = place(t, min(id.x * ROWS + r, last_row));
            if (first) { sum[r] += states[at * n + k] * here; } else { sum[r] += saved[(at * 5u + 3u) * n + k] * here; }
          }
        }
        for (var r = 0u; r < ROWS; r++) { partial[r * THREADS + thread] = sum[r]; }
        workgroupBarrier();
        for (var r = part; r < rows; r += PARTS) {
          let row = id.x * ROWS + r;
          if (base + unit < n) {
            var products = vec2f();
            for (var p = 0u; p < PARTS; p++) { products += partial[r * THREADS + p * UNITS + unit]; }
            if (first) { open_gates(row, u, t, products); } else { finish(row, u, t, next, products.x); }
          }
        }
        workgroupBarrier();
      }
      storageBarrier();
    }
  }
}
