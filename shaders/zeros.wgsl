// out = 0, by four elements of any 4-byte dtype; what lies beyond the end of out, up to a whole vec4, is zero too.
// `apart` invocations, of which each makes every apart-th vec4.

struct Params { len: u32, apart: u32 }

@group(0) @binding(0) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.apart) { return; }
  for (var k = i; k < params.len; k += params.apart) { out[k] = vec4u(0u); }
}
