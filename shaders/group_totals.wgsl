// total[n,c] = Σ weight[c']·sums[n,c'] over the `repeat` channels c' of the group of c; product_total likewise from products.
// One invocation per channel of an example; those of a group make the same sum.
struct Params { len: u32, channels: u32, repeat: u32 }

@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read> products: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> total: array<f32>;
@group(0) @binding(4) var<storage, read_write> product_total: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let first = i / params.repeat * params.repeat;
  var joined = vec2f();
  for (var c = first; c < first + params.repeat; c++) {
    joined += weight[c % params.channels] * vec2f(sums[c], products[c]);
  }
  total[i] = joined.x;
  product_total[i] = joined.y;
}
