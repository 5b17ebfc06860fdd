// Adds the gradients of a micro-batch: accumulated ← gradients where it is the first one (micro[0] = 0), else
// accumulated + gradients. Over the arena, four elements per invocation.
struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> micro: array<u32>;
@group(0) @binding(2) var<storage, read_write> accumulated: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len) { return; }
  // The sum of a step that overflowed is overwritten, not multiplied away: it may be NaN.
  accumulated[i] = select(accumulated[i] + gradients[i], gradients[i], micro[0] == 0u);
}
