// Per channel Σ d_out and Σ d_out·x̂, x̂ = (x − mean)·rstd: the gradients of bias and weight of a normalisation, which its
// dx needs as well. x and d_out are seen as [R0, K, R1] and channels cut into parts, as in moments.wgsl;
// the two sums of part p of channel o come to stand at p·K + o of sums and products. One invocation per part.
// T is the type of x, G that of d_out.
alias T = f32;
alias G = f32;
const R1 = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<G>;
@group(0) @binding(1) var<storage, read> x: array<T>;
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
  var joined = vec2f();
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(R1 - r1, end - e);
    for (var j = at; j < at + length; j++) { joined += f32(d_out[j]) * vec2f(1.0, f32(x[j]) - own_mean); }
    e += length;
  }
  sums[i] = joined.x;
  products[i] = joined.y * rstd[o];
}
