// out[n,c,oy,ox] = max of x over the bin (oy, ox) of adaptive_avg_pool2d.wgsl. One invocation per element of out.
struct Params { len: u32, height: u32, width: u32, out_height: u32, out_width: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % params.out_width;
  let oy = i / params.out_width % params.out_height;
  let plane = i / (params.out_width * params.out_height) * params.height * params.width;
  let y1 = ((oy + 1u) * params.height + params.out_height - 1u) / params.out_height;
  let x1 = ((ox + 1u) * params.width + params.out_width - 1u) / params.out_width;
  var largest = -3.4028234e38;
  for (var y = oy * params.height / params.out_height; y < y1; y++) {
    for (var z = ox * params.width / params.out_width; z < x1; z++) {
      largest = max(largest, x[plane + y * params.width + z]);
    }
  }
  out[i] = epilogue(largest, i);
}
