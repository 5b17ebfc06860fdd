// The gradients of recurrence_reset_first.wgsl back through all steps: d_gates [steps, batch, 3·hidden] with respect to the gates
// before their activations, which are those of x as well, and d_initial to the state before the first step, which on the way
// carries what one step hands to the one before it:
//   dn = dh·(1 − z)·(1 − n²),  dz = dh·(h − n)·z(1 − z),  d(r·h) = dn·w_n,  dr = d(r·h)·h·r(1 − r),
//   and dh of the step before is dh·z + d(r·h)·r + (dr, dz)·w_rz.
// Each line's first product needs dn of all units, its second one dr: a workgroup takes ROWS sequences through all, from the
// step `start` before the end on, or they are launches of their own (`phases`: 1 the last step's dn and dz, 2 the first
// product, 4 the second, with dn and dz of the step before). Units and parts as in recurrence_reset_first.wgsl.
// @include reset_first_steps.wgsl
const ROWS = 1u;
const UNITS = 64u;
const PARTS = 4u;
const THREADS = 256u; // UNITS · PARTS
const PARTIAL_SIZE = 256u; // ROWS · THREADS
const LENGTHS = 0u;
const D_OUT = 1u;
const D_FINAL = 1u;

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read> d_final: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> d_gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_initial: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> partial: array<f32, PARTIAL_SIZE>;

fn time(step: u32) -> u32 { return select(params.steps - 1u - step, step, params.reverse == 1u); }

// dn, dz and the part of the state's gradient that goes around the gates, from the gradient dh of the state after the step.
fn begin(row: u32, u: u32, step: u32, dh_after: f32) {
  let n = params.hidden;
  let t = time(step);
  let at = place(t, row);
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  var dh = dh_after;
  if (D_OUT == 1u) { dh += d_out[at * n + u]; }
  dh = select(0.0, dh, valid);
  let z = saved[(at * 5u + 1u) * n + u];
  let candidate = saved[(at * 5u + 2u) * n + u];
  d_gates[(at * 3u + 1u) * n + u] = dh * (saved[(at * 5u + 4u) * n + u] - candidate) * z * (1.0 - z);
  d_gates[(at * 3u + 2u) * n + u] = dh * (1.0 - z) * (1.0 - candidate * candidate);
  d_initial[row * n + u] = select(dh_after, dh * z, valid);
}

fn finish(row: u32, u: u32, step: u32, second: bool, product: f32) {
  let n = params.hidden;
  let at = place(time(step), row);
  if (!second) {
    let r = saved[at * 5u * n + u];
    d_gates[at * 3u * n + u] = product * saved[(at * 5u + 4u) * n + u] * r * (1.0 - r);
    d_initial[row * n + u] += product * r;
    return;
  }
  let dh = d_initial[row * n + u] + product;
  if (step + 1u < params.steps) { begin(row, u, step + 1u, dh); } else { d_initial[row * n + u] = dh; }
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
  let first_phase = select(4u, 2u, (params.phases & 2u) != 0u);
  let last_phase = select(2u, 4u, (params.phases & 4u) != 0u);
  let last_row = max(params.batch, 1u) - 1u; // rows beyond the edge repeat the last one; they are not stored
  if ((params.phases & 1u) != 0u) {
    for (var base = id.y * UNITS; base < n; base += groups.y * UNITS) {
      for (var r = part; r < rows; r += PARTS) {
        let row = id.x * ROWS + r;
        let u = base + unit;
        if (u < n) {
          var dh = 0.0;
          if (D_FINAL == 1u) { dh = d_final[row * n + u]; }
          begin(row, u, 0u, dh);
        }
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
  for (var step = params.start; step < params.start + params.count; step++) {
    // Bounds that the compiler does not know, as in recurrence_reset_first.wgsl.
    for (var phase = first_phase; phase <= last_phase; phase += 2u) {
      let second = phase == 4u;
      // The first product is of dn, the second of dr and dz, which lie beside one another.
      let gate = select(2u, 0u, second);
      let terms = select(n, 2u * n, second);
      for (var base = id.y * UNITS; base < n; base += groups.y * UNITS) {
        let u = min(base + unit, n - 1u);
        var sum = array<f32, ROWS>();
        for (var k = part; k < terms; k += PARTS) {
          let here = w[(gate * n + k) * n + u];
          for (var r = 0u; r < ROWS; r++) {
            sum[r] += d_gates[(place(time(step), min(id.x * ROWS + r, last_row)) * 3u + gate) * n + k] * here;
          }
        }
        for (var r = 0u; r < ROWS; r++) { partial[r * THREADS + thread] = sum[r]; }
        workgroupBarrier();
        for (var r = part; r < rows; r += PARTS) {
          let row = id.x * ROWS + r;
          if (base + unit < n) {
            var product = 0.0;
            for (var p = 0u; p < PARTS; p++) { product += partial[r * THREADS + p * UNITS + unit]; }
            finish(row, u, step, second, product);
          }
        }
        workgroupBarrier();
      }
      storageBarrier();
    }
  }
}
