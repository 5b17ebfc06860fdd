// norm_grad_sums.wgsl for four neighbouring elements at a time, where R1 is a multiple of 4: R1, count and chunk are in fours.
alias T = f32;
alias G = f32;
const R1 = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let own_mean = mean[o];
  var own_sums = vec4f();
  var own_products = vec4f();
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(R1 - r1, end - e);
    for (var j = at; j < at + length; j++) {
      let d = vec4f(d_out[j]);
      own_sums += d;
      own_products += d * (vec4f(x[j]) - own_mean);
    }
    e += length;
  }
  let pairs = own_sums.xy + own_sums.zw;
  let product_pairs = own_products.xy + own_products.zw;
  sums[i] = pairs.x + pairs.y;
  products[i] = (product_pairs.x + product_pairs.y) * rstd[o];
}
