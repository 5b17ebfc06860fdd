// out[n,c,oy,ox] = max of x over the bin (oy, ox) of adaptive_avg_pool2d.wgsl. One invocation per element of out.
// With CODES = 1 the place of each bin's first maximum (in row-major order) in its plane is written too.
// @include planes.wgsl
const CODES = 0u;

struct Params { len: u32, least: u32 } // least: bits of −∞

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % OUT_WIDTH;
  let oy = i / OUT_WIDTH % OUT_HEIGHT;
  let plane = i / (OUT_WIDTH * OUT_HEIGHT) * HEIGHT * WIDTH;
  let y1 = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT;
  let x1 = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
  let y0 = oy * HEIGHT / OUT_HEIGHT;
  let x0 = ox * WIDTH / OUT_WIDTH;
  var largest = bitcast<f32>(params.least);
  var place = y0 * WIDTH + x0;
  for (var y = y0; y < y1; y++) {
    for (var z = x0; z < x1; z++) {
      let value = x[plane + y * WIDTH + z];
      place = select(place, y * WIDTH + z, value > largest);
      largest = max(largest, value);
    }
  }
  out[i] = largest;
  if (CODES == 1u) { codes[i] = place; }
}
