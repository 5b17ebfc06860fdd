// out[n,c,oy,ox] = max of x over the bin (oy, ox) of adaptive_avg_pool2d.wgsl. One invocation per element of out.
// Sizes are constants: dividing by what is not known costs more than all the rest.
const HEIGHT = 1u;
const WIDTH = 1u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % OUT_WIDTH;
  let oy = i / OUT_WIDTH % OUT_HEIGHT;
  let plane = i / (OUT_WIDTH * OUT_HEIGHT) * HEIGHT * WIDTH;
  let y1 = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT;
  let x1 = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
  var largest = -3.4028234e38;
  for (var y = oy * HEIGHT / OUT_HEIGHT; y < y1; y++) {
    for (var z = ox * WIDTH / OUT_WIDTH; z < x1; z++) {
      largest = max(largest, x[plane + y * WIDTH + z]);
    }
  }
  out[i] = epilogue(largest, i);
}
