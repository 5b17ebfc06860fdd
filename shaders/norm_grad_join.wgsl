// Joins the parts of norm_grad_sums.wgsl: sums[o] = Σ partial_sums[p·len + o], products likewise. One invocation a channel.
struct Params { len: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> partial_sums: array<f32>;
@group(0) @binding(1) var<storage, read> partial_products: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> products: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  var joined = vec2f();
  for (var p = 0u; p < params.parts; p++) {
    joined += vec2f(partial_sums[p * params.len + i], partial_products[p * params.len + i]);
  }
  sums[i] = joined.x;
  products[i] = joined.y;
}
