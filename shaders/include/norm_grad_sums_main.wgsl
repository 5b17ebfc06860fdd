// The entry point of norm_grad_sums.wgsl and norm_grad_sums_by_four.wgsl. The kernel declares V, one element or four as f32;
// `d_out_at(j)` and `x_at(j)`, which read them; and `across(v)`, the sum of the elements of a V.
const R1 = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let own_mean = mean[o];
  var own_sums = V();
  var own_products = V();
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(R1 - r1, end - e);
    for (var j = at; j < at + length; j++) {
      let d = d_out_at(j);
      own_sums += d;
      own_products += d * (x_at(j) - own_mean);
    }
    e += length;
  }
  sums[i] = across(own_sums);
  products[i] = across(own_products) * rstd[o];
}
