// Puts the averages in place of the parameters and keeps those aside (RESTORE = 0), or puts them back bit for bit
// (RESTORE = 1), over the arena, four elements per invocation. state[0] says which of the two the parameters are now
// (1: averages); where it is so already, nothing happens.
//   kept ← p, p ← a / c with c = total[0]; p stays where nothing has been averaged yet
const RESTORE = 0u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> average: array<vec4f>;
@group(0) @binding(1) var<storage, read> total: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> kept: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len) { return; }
  if (RESTORE == 1u) {
    if (state[0] == 1.0) { parameters[i] = kept[i]; }
    return;
  }
  if (state[0] == 1.0) { return; }
  kept[i] = parameters[i];
  if (total[0] > 0.0) { parameters[i] = average[i] / total[0]; }
}
