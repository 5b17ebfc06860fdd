// out[n,c,oy,ox] = mean of x over the bin (oy, ox): rows ⌊oy·H/OH⌋ … ⌈(oy + 1)·H/OH⌉ − 1, columns likewise. Bins may share
// elements. [N, C] is seen as one dimension of planes. One invocation per element of out, which reads one bin.
// @include planes.wgsl

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
  let y0 = oy * HEIGHT / OUT_HEIGHT;
  let y1 = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT;
  let x0 = ox * WIDTH / OUT_WIDTH;
  let x1 = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
  var total = 0.0;
  for (var y = y0; y < y1; y++) {
    for (var z = x0; z < x1; z++) { total += x[plane + y * WIDTH + z]; }
  }
  out[i] = epilogue(total / f32((y1 - y0) * (x1 - x0)), i);
}
