// The entry point of layer_norm_grad_affine.wgsl and layer_norm_grad_affine_by_four.wgsl, which say what a V is.
const JOIN = 0u;

struct Params { rows: u32, n: u32, parts: u32, chunk: u32 }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.parts * params.n) { return; }
  let column = i % params.n;
  var weight = V();
  var bias = V();
  let from_row = i / params.n * params.chunk;
  let end_row = min(from_row + params.chunk, params.rows);
  for (var row = from_row; row < end_row; row++) {
    let at = row * params.n + column;
    let d = V(d_out[at]);
    if (JOIN == 1u) {
      weight += V(x[at]);
    } else {
      let stat = stats[row];
      weight += d * ((V(x[at]) - stat.x) * stat.y);
    }
    bias += d;
  }
  d_weight[i] = weight;
  d_bias[i] = bias;
}
