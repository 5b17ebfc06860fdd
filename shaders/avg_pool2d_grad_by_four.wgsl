// avg_pool2d_grad.wgsl where rows of x are a multiple of 4 wide. One invocation makes a block of dx of SPAN·STRIDE_W columns and
// STRIDE_H rows, from the windows that touch it.
const COUNT_PAD = 1u;
// @include window_blocks.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

// How many of the `kernel` places from `start` on lie in 0 … size − 1.
fn inside(start: i32, kernel: u32, size: u32) -> u32 {
  return u32(min(start + i32(kernel), i32(size)) - max(start, 0));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let column = i % ACROSS;
  let row = i / ACROSS % DOWN;
  let plane = i / (ACROSS * DOWN);
  var d = array<vec4f, TOUCHING>();
  // @unroll
  for (var t = 0u; t < TOUCHING; t++) {
    let oy = i32(row + t / GROUPS) - i32(BEFORE);
    let ox = (i32(column + t % GROUPS) - i32(BEFORE_GROUPS)) * i32(SPAN);
    let is_inside = oy >= 0 && oy < i32(OUT_HEIGHT) && ox >= 0 && ox < i32(OUT_WIDTH);
    let o = select(0u, (plane * OUT_HEIGHT + u32(oy)) * OUT_WIDTH + u32(ox), is_inside);
    d[t] = select(vec4f(), d_out[o / 4u], is_inside);
    if (SPAN == 2u && o % 4u == 2u) { d[t] = d[t].zwzw; }
    if (COUNT_PAD == 1u) {
      d[t] /= f32(KERNEL_H * KERNEL_W);
    } else if (is_inside) {
      let rows = inside(oy * i32(STRIDE_H) - i32(PAD_H), KERNEL_H, HEIGHT);
      // @unroll
      for (var j = 0u; j < SPAN; j++) {
        d[t][j] /= f32(rows * inside((ox + i32(j)) * i32(STRIDE_W) - i32(PAD_W), KERNEL_W, WIDTH));
      }
    }
  }
  var total = array<vec4f, SIZE>();
  // @unroll
  for (var n = 0u; n < SIZE; n++) {
    // @unroll
    for (var lane = 0u; lane < 4u; lane++) {
      let y = n / FOURS + PAD_H;
      let z = 4u * (n % FOURS) + lane + PAD_W;
      // @unroll
      for (var p = 0u; p < OPEN_H; p++) {
        // @unroll
        for (var q = 0u; q < OPEN_W; q++) {
          let kh = y % STRIDE_H + p * STRIDE_H;
          let kw = z % STRIDE_W + q * STRIDE_W;
          if (kh < KERNEL_H && kw < KERNEL_W) {
            let w = z / STRIDE_W + BEFORE_GROUPS * SPAN - q;
            let t = (y / STRIDE_H + BEFORE - p) * GROUPS + w / SPAN;
            total[n][lane] += d[t][w % SPAN];
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
