// The gradient of max_pool2d_disjoint.wgsl: dx = d_out at the first maximum of each window, according to the codes, 0 elsewhere.
// [N, C] is seen as one dimension of planes. An invocation makes `each` windows below one another; their
// size is a constant, so loops over them unroll.
const KERNEL_H = 2u;
const KERNEL_W = 2u;
const LINES_A_LAYER = 262144u; // invocations along y of the grid; the rest goes along z

struct Params { rows: u32, width: u32, out_width: u32, each: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let first_row = (gid.y + gid.z * LINES_A_LAYER) * params.each;
  if (gid.x >= params.out_width) { return; }
  for (var row = first_row; row < min(first_row + params.each, params.rows); row++) {
    let o = row * params.out_width + gid.x;
    // Rows of all planes lie under one another, KERNEL_H of them to a row of windows.
    let start = row * KERNEL_H * params.width + gid.x * KERNEL_W;
    let code = codes[o];
    let d = d_out[o];
    for (var y = 0u; y < KERNEL_H; y++) {
      for (var z = 0u; z < KERNEL_W; z++) {
        let at = start + y * params.width + z;
        dx[at] = epilogue(select(0.0, d, y * KERNEL_W + z == code), at);
      }
    }
  }
}
