// partial[at + j] = Σ x[i]² over every parts-th four from the j-th on, for the global norm of the gradient arena (or of a piece
// of it). One invocation per partial sum; neighbours read neighbouring elements.
struct Params { len: u32, parts: u32, at: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.parts) { return; }
  var total = 0.0;
  for (var i = gid.x; i < params.len; i += params.parts) { total += dot(x[i], x[i]); }
  partial[params.at + gid.x] = total;
}
