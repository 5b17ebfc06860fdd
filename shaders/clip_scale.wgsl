// The factor that brings the global norm down to max_norm: out = (min(1, max_norm / (‖g‖ + 1e-6)), ‖g‖).
// One invocation joins the partial sums of squares.
struct Params { parts: u32, max_norm: f32 }

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  var total = 0.0;
  for (var i = 0u; i < params.parts; i++) { total += partial[i]; }
  let norm = sqrt(total);
  out[0] = min(1.0, params.max_norm / (norm + 1e-6));
  out[1] = norm;
}
