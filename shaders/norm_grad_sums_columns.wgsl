// norm_grad_sums.wgsl where R1 = 1, WIDE vec4s of neighbouring ones at a time: x and d_out are
// [count, channels], channels counted in vec4s, a multiple of WIDE. One invocation per part of WIDE vec4s; neighbours take
// neighbouring channels. sums[part, channels], products likewise.
alias T = f32;
alias G = f32;
const WIDE = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read> rstd: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> products: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = params.channels / WIDE;
  let part = i / across;
  let column = i % across * WIDE;
  var own_mean = array<vec4f, WIDE>();
  var own_sums = array<vec4f, WIDE>();
  var own_products = array<vec4f, WIDE>();
  for (var k = 0u; k < WIDE; k++) { own_mean[k] = mean[column + k]; }
  let end = min((part + 1u) * params.chunk, params.count);
  for (var row = part * params.chunk; row < end; row++) {
    let at = row * params.channels + column;
    for (var k = 0u; k < WIDE; k++) {
      let d = vec4f(d_out[at + k]);
      own_sums[k] += d;
      own_products[k] += d * (vec4f(x[at + k]) - own_mean[k]);
    }
  }
  for (var k = 0u; k < WIDE; k++) {
    sums[part * params.channels + column + k] = own_sums[k];
    products[part * params.channels + column + k] = own_products[k] * rstd[column + k];
  }
}
