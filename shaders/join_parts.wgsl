// Two sums over the same number of parts in one launch: first[i] = Σ_p a[p, i] and second[i] = Σ_p b[p, i], a being
// [parts, size0] and b [parts, size1]. One invocation per result, those of `first` before those of `second`.
struct Params { parts: u32, size0: u32, size1: u32 }

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  var total = 0.0;
  if (i < params.size0) {
    for (var p = 0u; p < params.parts; p++) { total += a[p * params.size0 + i]; }
    first[i] = total;
  } else if (i < params.size0 + params.size1) {
    for (var p = 0u; p < params.parts; p++) { total += b[p * params.size1 + i - params.size0]; }
    second[i - params.size0] = total;
  }
}
