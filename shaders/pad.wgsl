// out = x with zeros before and after along one axis: x is seen as [outer, size, inner], out as [outer, padded, inner].
// One invocation per element of out.
struct Params { len: u32, size: u32, padded: u32, before: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / params.inner;
  let at = row % params.padded;
  if (at < params.before || at >= params.before + params.size) {
    out[i] = 0.0;
    return;
  }
  let x_row = row / params.padded * params.size + at - params.before;
  out[i] = x[x_row * params.inner + i % params.inner];
}
