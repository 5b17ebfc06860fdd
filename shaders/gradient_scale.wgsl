// The factor for all gradients of a step, from the partial sums of their squares. One invocation.
// state = (factor, norm, loss scale s, steps skipped, steps since s changed). The gradients are those of s·loss, so
// norm = √Σg² / s and factor = min(1, max_norm / (norm + 1e-6)) / s.
// With micro_steps > 1 the gradients are sums over that many micro-batches, of which micro[0] counts those done: the mean is
// taken, and the factor is 0 until the last of them has come.
// With SKIP = 1 a step whose norm is NaN or infinite gets factor 0, by which the optimizers know that it is to be left out.
// With DYNAMIC = 1 s is then halved, and doubled after `interval` steps without one.
const SKIP = 0u;
const DYNAMIC = 0u;
const LARGEST_SCALE = 16777216.0;

struct Params { parts: u32, max_norm: f32, interval: f32, micro_steps: u32 }

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<storage, read_write> micro: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

// WGSL may assume that numbers are finite, so the test is on the bits: all ones in the exponent.
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

@compute @workgroup_size(1)
fn main() {
  if (params.micro_steps > 1u) {
    let done = micro[0] + 1u;
    micro[0] = done % params.micro_steps;
    if (done < params.micro_steps) {
      state[0] = 0.0;
      return;
    }
  }
  var total = 0.0;
  for (var i = 0u; i < params.parts; i++) { total += partial[i]; }
  let scale = state[2];
  let divisor = scale * f32(max(1u, params.micro_steps));
  let norm = sqrt(total) / divisor;
  state[1] = norm;
  if (SKIP == 1u && !is_finite(total)) {
    state[0] = 0.0;
    state[3] += 1.0;
    state[4] = 0.0;
    if (DYNAMIC == 1u) { state[2] = max(1.0, scale * 0.5); }
    return;
  }
  state[0] = min(1.0, params.max_norm / (norm + 1e-6)) / divisor;
  if (DYNAMIC == 1u) {
    let grows = state[4] + 1.0 >= params.interval;
    state[2] = select(scale, min(LARGEST_SCALE, scale * 2.0), grows);
    state[4] = select(state[4] + 1.0, 0.0, grows);
  }
}
