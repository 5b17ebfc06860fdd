// The gradient of max_pool2d_by_four.wgsl: dx[i] = Σ d_out[o] over the windows o that have their first maximum at i, which the
// codes say. One invocation makes a block of dx of SPAN·STRIDE_W columns and STRIDE_H rows, from the windows that touch it.
// @include window_blocks.wgsl

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
  var d = array<vec4f, TOUCHING>();
  var won = array<vec4u, TOUCHING>();
  // @unroll
  for (var t = 0u; t < TOUCHING; t++) {
    let oy = i32(row + t / GROUPS) - i32(BEFORE);
    let ox = (i32(column + t % GROUPS) - i32(BEFORE_GROUPS)) * i32(SPAN);
    let is_inside = oy >= 0 && oy < i32(OUT_HEIGHT) && ox >= 0 && ox < i32(OUT_WIDTH);
    let o = select(0u, (plane * OUT_HEIGHT + u32(oy)) * OUT_WIDTH + u32(ox), is_inside);
    d[t] = select(vec4f(), d_out[o / 4u], is_inside);
    var code = codes[o / 4u];
    if (SPAN == 2u && o % 4u == 2u) {
      d[t] = d[t].zwzw;
      code = code >> 16u;
    }
    won[t] = (vec4u(code) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
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
            total[n][lane] += select(0.0, d[t][w % SPAN], won[t][w % SPAN] == kh * KERNEL_W + kw);
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
