// Adds up the parts of the gradients for weight and bias that layer_norm_grad_held.wgsl and layer_norm_grad_subgroup.wgsl make:
// d_weight[c] = Σ_p partial[p, 0, c] and d_bias[c] = Σ_p partial[p, 1, c], c counting vec4s. An invocation per vec4 of the results.
struct Params { parts: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> partial: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 8u;
  let wide = 2u * params.quads;
  if (i >= wide) { return; }
  var total = vec4f();
  for (var p = 0u; p < params.parts; p++) { total += partial[p * wide + i]; }
  if (i < params.quads) { d_weight[i] = total; } else { d_bias[i - params.quads] = total; }
}
