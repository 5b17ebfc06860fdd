// Max pooling where windows neither overlap nor leave anything out: out = the largest of each KERNEL_H × KERNEL_W window.
// [N, C] is seen as one dimension of planes. An invocation makes `each` windows below one another; their
// size is a constant, so loops over them unroll.
// With CODES = 1 the number of the first maximum in its window, row by row, is written too.
const KERNEL_H = 2u;
const KERNEL_W = 2u;
const LINES_A_LAYER = 262144u; // invocations along y of the grid; the rest goes along z
const CODES = 0u;

struct Params { rows: u32, width: u32, out_width: u32, each: u32, least: u32 } // least: bits of −∞

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let first_row = (gid.y + gid.z * LINES_A_LAYER) * params.each;
  if (gid.x >= params.out_width) { return; }
  for (var row = first_row; row < min(first_row + params.each, params.rows); row++) {
    let o = row * params.out_width + gid.x;
    // Rows of all planes lie under one another, KERNEL_H of them to a row of windows.
    let start = row * KERNEL_H * params.width + gid.x * KERNEL_W;
    var largest = bitcast<f32>(params.least);
    var first = 0u;
    for (var y = 0u; y < KERNEL_H; y++) {
      for (var z = 0u; z < KERNEL_W; z++) {
        let value = x[start + y * params.width + z];
        first = select(first, y * KERNEL_W + z, value > largest);
        largest = max(largest, value);
      }
    }
    out[o] = largest;
    if (CODES == 1u) { codes[o] = first; }
  }
}
