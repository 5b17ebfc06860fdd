// sums += left · right over a tile of terms in workgroup memory, for kernels that declare THREADS_X, THREADS_Y, ROWS, COLUMNS,
// QUADS, WRITTEN and their tiles left_tile[four of terms][row] and x_tile[four of terms][column], TILE_M and TILE_N vec4s from
// four to four. An invocation at (x, y) keeps rows y, y + THREADS_Y, … and columns x, x + THREADS_X, …. Indices are reduced by %
// outside of the innermost loops, which changes no value: so the compiler sees that they are inside of the tiles, and adds no
// check to each read.
const COLUMN_QUADS = COLUMNS / 4u;
const STRETCHES = QUADS / WRITTEN;

alias Sums = array<array<vec4f, COLUMN_QUADS>, ROWS>;

// Where the invocation of an index stands: neighbours share a column, and every other one a row, so that each read of a tile
// by a subgroup meets few different vec4s, pairs of lanes asking for the same one.
fn place_of(index: u32) -> vec2u {
  return vec2u(index / 2u % THREADS_X, index / (2u * THREADS_X) * 2u + index % 2u);
}

fn add_tile(sums: ptr<function, Sums>, place: vec2u) {
  let x = place.x % THREADS_X;
  let y = place.y % THREADS_Y;
  for (var stretch = 0u; stretch < params.stretches; stretch++) {
    let k0 = stretch % STRETCHES * WRITTEN;
    for (var h = 0u; h < WRITTEN; h++) {
      let k = k0 + h;
      var right0 = array<vec4f, COLUMN_QUADS>();
      var right1 = array<vec4f, COLUMN_QUADS>();
      var right2 = array<vec4f, COLUMN_QUADS>();
      var right3 = array<vec4f, COLUMN_QUADS>();
      for (var q = 0u; q < COLUMN_QUADS; q++) {
        let at = k * TILE_N + x + q * 4u * THREADS_X;
        let a = x_tile[at];
        let b = x_tile[at + THREADS_X];
        let c = x_tile[at + 2u * THREADS_X];
        let d = x_tile[at + 3u * THREADS_X];
        right0[q] = vec4f(a.x, b.x, c.x, d.x);
        right1[q] = vec4f(a.y, b.y, c.y, d.y);
        right2[q] = vec4f(a.z, b.z, c.z, d.z);
        right3[q] = vec4f(a.w, b.w, c.w, d.w);
      }
      for (var r = 0u; r < ROWS; r++) {
        let left = left_tile[k * TILE_M + y + r * THREADS_Y];
        for (var q = 0u; q < COLUMN_QUADS; q++) {
          (*sums)[r][q] += left.x * right0[q];
          (*sums)[r][q] += left.y * right1[q];
          (*sums)[r][q] += left.z * right2[q];
          (*sums)[r][q] += left.w * right3[q];
        }
      }
    }
  }
}
