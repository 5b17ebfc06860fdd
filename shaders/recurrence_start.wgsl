// What a recurrence starts from, put where its first step (`first`) reads it: the hidden state into states, the cell's state
// of an LSTM (CELL = 0) into the fifth part of saved; zeros where INITIAL = 0. One invocation per element of the state.
const CELL = 0u;
const INITIAL = 1u;

struct Params { len: u32, hidden: u32, first: u32, step_stride: u32, row_stride: u32 }

@group(0) @binding(0) var<storage, read> h0: array<f32>;
@group(0) @binding(1) var<storage, read> c0: array<f32>;
@group(0) @binding(2) var<storage, read_write> states: array<f32>;
@group(0) @binding(3) var<storage, read_write> saved: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let u = i % params.hidden;
  let at = params.first * params.step_stride + i / params.hidden * params.row_stride;
  var h = 0.0;
  if (INITIAL == 1u) { h = h0[i]; }
  states[at * params.hidden + u] = h;
  if (CELL == 0u) {
    var c = 0.0;
    if (INITIAL == 1u) { c = c0[i]; }
    saved[(at * 5u + 4u) * params.hidden + u] = c;
  }
}
