// take_bytes.wgsl for four neighbouring elements at a time, which are one word of the table: WIDTH counts fours.
// An invocation makes `each` fours.
// @include share.wgsl
const WIDTH = 1u;

struct Params { len: u32, each: u32, rows: u32, scale: f32, shift: f32 }

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = indices[i / WIDTH];
    var value = vec4f();
    if (row < params.rows) {
      let word = table[row * WIDTH + i % WIDTH];
      let bytes = vec4f((vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u));
      value = bytes * params.scale + params.shift;
    }
    out[i] = value;
  }
}
