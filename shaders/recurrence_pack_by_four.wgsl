// Recurrent weights as the kernels for GPUs read them, in fours: out[a, b, c] = the four w[a·each.a + b·each.b + c·each.c +
// j·each.j], with zeros beyond `limit` fours' elements. With ALONG = 0 the fours are of terms (they go along a), else of units
// (along c). One invocation per four.
const ALONG = 0u;

struct Params { len: u32, b: u32, c: u32, each_a: u32, each_b: u32, each_c: u32, each_j: u32, limit: u32 }

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let c = i % params.c;
  let b = i / params.c % params.b;
  let a = i / params.c / params.b;
  let first = 4u * select(c, a, ALONG == 0u);
  let at = a * params.each_a + b * params.each_b + c * params.each_c;
  var four = vec4f();
  for (var j = 0u; j < 4u; j++) {
    if (first + j < params.limit) { four[j] = w[at + j * params.each_j]; }
  }
  out[i] = four;
}
