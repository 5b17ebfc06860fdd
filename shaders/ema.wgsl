// a ← d·a + (1 − d)·p over the arena, four elements per invocation; the first one keeps c ← d·c + (1 − d), so that a / c is
// the average without the bias of its start at 0; total = (c). Where the averages stand in for the parameters (state[0] = 1), and
// with GATED = 1 where the optimizer has left its step out (control[0] = 0), all stays.
const GATED = 0u;

struct Params { len: u32, decay: f32, rest: f32 }

@group(0) @binding(0) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> average: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> total: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || state[0] == 1.0 || (GATED == 1u && control[0] == 0.0)) { return; }
  average[i] = params.decay * average[i] + params.rest * parameters[i];
  if (i == 0u) { total[0] = params.decay * total[0] + params.rest; }
}
