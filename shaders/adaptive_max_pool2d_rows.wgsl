// adaptive_max_pool2d.wgsl where rows of x are a multiple of 4 wide, for devices with few lanes. One invocation makes a row of out:
// it joins the bins' rows, as whole vec4s, then their columns, which are constants.
// @include planes.wgsl
const FOURS = 1u; // WIDTH / 4
const BIN = 1u; // columns of the widest bin
const CODES = 0u;

struct Params { len: u32, least: u32 } // least: bits of −∞

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let oy = i % OUT_HEIGHT;
  let plane = i / OUT_HEIGHT;
  let y0 = oy * HEIGHT / OUT_HEIGHT;
  let y1 = ((oy + 1u) * HEIGHT + OUT_HEIGHT - 1u) / OUT_HEIGHT;
  var largest = array<vec4f, FOURS>();
  var lines = array<vec4u, FOURS>(); // in which they were found
  // @unroll
  for (var f = 0u; f < FOURS; f++) {
    largest[f] = vec4f(bitcast<f32>(params.least));
    lines[f] = vec4u(y0);
  }
  for (var y = y0; y < y1; y++) {
    // @unroll
    for (var f = 0u; f < FOURS; f++) {
      let four = x[(plane * HEIGHT + y) * FOURS + f];
      if (CODES == 1u) { lines[f] = select(lines[f], vec4u(y), four > largest[f]); }
      largest[f] = max(largest[f], four);
    }
  }
  // @unroll
  for (var ox = 0u; ox < OUT_WIDTH; ox++) {
    let first = ox * WIDTH / OUT_WIDTH;
    let end = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
    var best = largest[first / 4u][first % 4u];
    var place = lines[first / 4u][first % 4u] * WIDTH + first;
    // @unroll
    for (var k = 0u; k < BIN; k++) {
      let z = first + k;
      if (z < end) {
        let value = largest[z / 4u][z % 4u];
        let other = lines[z / 4u][z % 4u] * WIDTH + z;
        if (CODES == 1u) { place = select(place, other, value > best || (value == best && other < place)); }
        best = max(best, value);
      }
    }
    out[i * OUT_WIDTH + ox] = best;
    if (CODES == 1u) { codes[i * OUT_WIDTH + ox] = place; }
  }
}
