// What kernels know of windows over pictures that make the gradient for x block by block: a block is of SPAN·STRIDE_W columns and
// STRIDE_H rows, and its windows lie as `gradBlocks` in families/pooling.ts says. A kernel takes d_out and dx by four, and has
// an epilogue. Where loops over windows and places are unrolled, every index here is a constant.
// @include window.wgsl
const SPAN = 4u; // or 2, where rows of out are 2 more than a multiple of 4
const BEFORE = 0u; // rows of windows that touch the block though they begin above it
const ROWS = 1u; // of windows that touch it
const BEFORE_GROUPS = 0u; // the same for groups of SPAN windows of a row
const GROUPS = 1u;
const TOUCHING = 1u; // ROWS · GROUPS
const OPEN_H = 1u; // ⌈KERNEL_H / STRIDE_H⌉: windows above one another that hold a place, at most
const OPEN_W = 1u;
const FOURS = 1u; // vec4s that a block is wide: SPAN · STRIDE_W / 4
const SIZE = 1u; // vec4s of a block: FOURS · STRIDE_H
const ACROSS = 1u; // blocks across a plane, and down
const DOWN = 1u;

// The block that invocation i makes.
struct Place { column: u32, row: u32, plane: u32 }

fn place_of(i: u32) -> Place { return Place(i % ACROSS, i / ACROSS % DOWN, i / (ACROSS * DOWN)); }

// SPAN windows of a row that touch a block: where the first is in its plane of out, and where in all of it; 0 if it is not there.
struct Group { y: i32, x: i32, is_inside: bool, at: u32 }

fn group_of(here: Place, plane: u32, t: u32) -> Group {
  let y = i32(here.row + t / GROUPS) - i32(BEFORE);
  let x = (i32(here.column + t % GROUPS) - i32(BEFORE_GROUPS)) * i32(SPAN);
  let is_inside = y >= 0 && y < i32(OUT_HEIGHT) && x >= 0 && x < i32(OUT_WIDTH);
  return Group(y, x, is_inside, select(0u, (plane * OUT_HEIGHT + u32(y)) * OUT_WIDTH + u32(x), is_inside));
}

// Whether a group of two is the second half of a vec4.
fn is_second(group: Group) -> bool { return SPAN == 2u && group.at % 4u == 2u; }

fn d_out_of(group: Group) -> vec4f {
  let d = select(vec4f(), d_out[group.at / 4u], group.is_inside);
  return select(d, d.zwzw, is_second(group));
}

// A window that may hold a place of the block: which of which group, and by which tap.
struct Window { holds: bool, group: u32, column: u32, tap: u32 }

// The k-th of OPEN_H · OPEN_W, for a lane of the block's n-th vec4.
fn window_over(n: u32, lane: u32, k: u32) -> Window {
  let y = n / FOURS + PAD_H;
  let x = 4u * (n % FOURS) + lane + PAD_W;
  let kh = y % STRIDE_H + k / OPEN_W * STRIDE_H;
  let kw = x % STRIDE_W + k % OPEN_W * STRIDE_W;
  let row = y / STRIDE_H + BEFORE - k / OPEN_W;
  let column = x / STRIDE_W + BEFORE_GROUPS * SPAN - k % OPEN_W;
  return Window(kh < KERNEL_H && kw < KERNEL_W, row * GROUPS + column / SPAN, column % SPAN, kh * KERNEL_W + kw);
}

fn store(here: Place, n: u32, value: vec4f) {
  let y = here.row * STRIDE_H + n / FOURS;
  let four = here.column * FOURS + n % FOURS;
  if (y < HEIGHT && four < WIDTH / 4u) {
    let at = (here.plane * HEIGHT + y) * (WIDTH / 4u) + four;
    dx[at] = epilogue(value, 4u * at);
  }
}
