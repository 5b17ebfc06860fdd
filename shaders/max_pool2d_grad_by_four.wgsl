// The gradient of max_pool2d_by_four.wgsl: dx[i] = Σ d_out[o] over the windows o that have their first maximum at i, which the
// codes say. One invocation makes a block of dx of SPAN·STRIDE_W columns and STRIDE_H rows, from the windows that touch it: ROWS
// rows of them from FIRST_ROW on, GROUPS groups of SPAN from FIRST_GROUP on, counted from those that begin with the block.
const HEIGHT = 1u;
const WIDTH = 4u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 4u;
const KERNEL_H = 1u;
const KERNEL_W = 1u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 0u;
const PAD_W = 0u;
const SPAN = 4u; // or 2, where rows of out are 2 more than a multiple of 4
const FIRST_ROW = 0i;
const ROWS = 1u;
const FIRST_GROUP = 0i;
const GROUPS = 1u;
const FOURS = 1u; // vec4s that a block is wide: SPAN · STRIDE_W / 4
const SIZE = 1u; // vec4s of a block: FOURS · STRIDE_H
const ACROSS = 1u; // blocks across a plane, and down
const DOWN = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let column = i % ACROSS;
  let row = i / ACROSS % DOWN;
  let plane = i / (ACROSS * DOWN);
  var total = array<vec4f, SIZE>();
  // @unroll
  for (var a = 0u; a < ROWS; a++) {
    // @unroll
    for (var g = 0u; g < GROUPS; g++) {
      let oy = i32(row + a) + FIRST_ROW;
      let ox = (i32(column + g) + FIRST_GROUP) * i32(SPAN);
      let inside = oy >= 0 && oy < i32(OUT_HEIGHT) && ox >= 0 && ox < i32(OUT_WIDTH);
      let o = select(0u, (plane * OUT_HEIGHT + u32(oy)) * OUT_WIDTH + u32(ox), inside);
      var d = select(vec4f(), d_out[o / 4u], inside);
      var code = codes[o / 4u];
      if (SPAN == 2u && o % 4u == 2u) {
        d = d.zwzw;
        code = code >> 16u;
      }
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        let won = (code >> (8u * j)) & 255u;
        // @unroll
        for (var tap = 0u; tap < KERNEL_H * KERNEL_W; tap++) {
          let y = (i32(a) + FIRST_ROW) * i32(STRIDE_H) - i32(PAD_H) + i32(tap / KERNEL_W);
          let z = ((i32(g) + FIRST_GROUP) * i32(SPAN) + i32(j)) * i32(STRIDE_W) - i32(PAD_W) + i32(tap % KERNEL_W);
          if (y >= 0 && y < i32(STRIDE_H) && z >= 0 && z < i32(4u * FOURS)) {
            total[u32(y) * FOURS + u32(z) / 4u][u32(z) % 4u] += select(0.0, d[j], won == tap);
          }
        }
      }
    }
  }
  // @unroll
  for (var n = 0u; n < SIZE; n++) {
    let y = row * STRIDE_H + n / FOURS;
    let z = column * FOURS + n % FOURS;
    if (y < HEIGHT && z < WIDTH / 4u) {
      let at = (plane * HEIGHT + y) * (WIDTH / 4u) + z;
      dx[at] = epilogue(total[n], 4u * at);
    }
  }
}
