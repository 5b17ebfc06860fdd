// label_weights.wgsl for four neighbouring labels at a time: rows are counted in fours. An invocation makes `each` fours.
// @include share.wgsl
struct Params { rows: u32, each: u32, classes: i32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> labels: array<vec4i>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn weight_of(label: i32) -> f32 {
  let counts = label >= 0 && label < params.classes && label != params.ignore_index;
  return select(0.0, weight[select(0, label, counts)], counts);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.rows);
  for (var i = own.first; i < own.end; i += 8u) {
    let label = labels[i];
    out[i] = vec4f(weight_of(label.x), weight_of(label.y), weight_of(label.z), weight_of(label.w));
  }
}
