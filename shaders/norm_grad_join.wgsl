// Joins the parts of norm_grad_sums.wgsl: sums[o] = Σ partial_sums[p·len + o], products likewise. One invocation per channel.
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
  // Four parts at a time: their loads do not wait for each other.
  var own_sums = vec4f();
  var own_products = vec4f();
  for (var p = 0u; p < params.parts; p += 4u) {
    let part = vec4u(p) + vec4u(0u, 1u, 2u, 3u);
    let at = min(part, vec4u(params.parts - 1u)) * params.len + i;
    let inside = part < vec4u(params.parts);
    let taken = vec4f(partial_sums[at.x], partial_sums[at.y], partial_sums[at.z], partial_sums[at.w]);
    own_sums += select(vec4f(), taken, inside);
    let products_taken =
      vec4f(partial_products[at.x], partial_products[at.y], partial_products[at.z], partial_products[at.w]);
    own_products += select(vec4f(), products_taken, inside);
  }
  sums[i] = own_sums.x + own_sums.y + own_sums.z + own_sums.w;
  products[i] = own_products.x + own_products.y + own_products.z + own_products.w;
}
