// Products through workgroup memory, for kernels that declare THREADS_X and THREADS_Y (8 or 16), ROWS, COLUMNS, DEPTH, A_BY_K,
// B_BY_K, SUMS and WHOLE_K. A workgroup of THREADS_X × THREADS_Y makes TILE_M × TILE_N sums, ROWS × COLUMNS per invocation; DEPTH
// terms at a time lie in a tile. A `% SIZE` that changes nothing shows compilers that an index lies inside it: where they cannot
// tell, they limit it at each access.
// The kernel's patch_of_a(base, row, k) and patch_of_b(base, column, k) load four terms of four rows or columns each, and what
// is beyond the edge may be anything; its store(four, row_at, column) puts four neighbours of a row that begins at row_at in
// out. Patches of the next DEPTH terms are asked for before the ones that are there are added up.
const ROW_QUADS = ROWS / 4u;
const COLUMN_QUADS = COLUMNS / 4u;
const TILE_M = THREADS_Y * ROWS;
const TILE_N = THREADS_X * COLUMNS;
const A_WIDTH = TILE_M / 4u; // vec4s that hold one term of a tile
const B_WIDTH = TILE_N / 4u;
const INVOCATIONS = THREADS_X * THREADS_Y;
const QUADS = DEPTH / 4u;
const A_PATCHES = A_WIDTH * QUADS;
const PATCHES = (A_WIDTH + B_WIDTH) * QUADS;
const LOADS = PATCHES / INVOCATIONS; // nothing is left over
const APART = A_PATCHES % INVOCATIONS == 0u; // each of an invocation's patches is of a, or of b, for all invocations alike
const A_CELLS = DEPTH * A_WIDTH;
const CELLS = DEPTH * (A_WIDTH + B_WIDTH);
const FOURS = ROWS * COLUMN_QUADS;

alias Patch = array<vec4f, 4>;
alias Sums = array<vec4f, FOURS>; // [row][column / 4]
alias RowSums = array<vec4f, ROW_QUADS>;

// [term][row / 4] of a, then [term][column / 4] of b
var<workgroup> tile: array<vec4f, CELLS>;

fn is_of_a(index: u32, s: u32) -> bool {
  if (APART) { return s * INVOCATIONS < A_PATCHES; }
  return index + s * INVOCATIONS < A_PATCHES;
}

fn turned(p: Patch) -> Patch {
  return Patch(
    vec4f(p[0].x, p[1].x, p[2].x, p[3].x),
    vec4f(p[0].y, p[1].y, p[2].y, p[3].y),
    vec4f(p[0].z, p[1].z, p[2].z, p[3].z),
    vec4f(p[0].w, p[1].w, p[2].w, p[3].w),
  );
}

// By how much the fours of rows of terms 4q … 4q + 3 are exchanged. Of an operand that lies by k, neighbouring invocations write
// terms 4 apart: these are moved against each other, so that they fall into different banks.
fn exchange(q: u32, by_k: u32) -> u32 { return by_k * (q * (32u / DEPTH)) % 8u; }

fn add_products(
  sums: ptr<function, Sums>, row_sums: ptr<function, RowSums>,
  a_base: u32, b_base: u32, row0: u32, col0: u32, first_k: u32, last_k: u32, local: vec2u, index: u32,
) {
  // Which patches this invocation loads, and where they lie in their tile: the same in every turn. Neighbours load what lies side
  // by side.
  var outer: array<u32, LOADS>; // row or column within the tile
  var inner: array<u32, LOADS>; // term
  var place: array<u32, LOADS>;
  for (var s = 0u; s < LOADS; s++) {
    let of_a = is_of_a(index, s);
    let p = index + s * INVOCATIONS - select(A_PATCHES, 0u, of_a);
    let by_k = select(B_BY_K, A_BY_K, of_a);
    let width = select(B_WIDTH, A_WIDTH, of_a);
    let four = select(p % width, p / QUADS, by_k == 1u);
    let quad = select(p / width, p % QUADS, by_k == 1u);
    outer[s] = four * 4u;
    inner[s] = quad * 4u;
    place[s] = select(A_CELLS, 0u, of_a) + quad * 4u * width + (four ^ exchange(quad, by_k));
  }
  let x = local.x % THREADS_X;
  let y = local.y % THREADS_Y;

  var next: array<Patch, LOADS>;
  for (var k0 = first_k; k0 < last_k + DEPTH; k0 += DEPTH) {
    // What the turn before has asked for; the first turn only asks.
    if (k0 > first_k) {
      workgroupBarrier();
      for (var s = 0u; s < LOADS; s++) {
        for (var j = 0u; j < 4u; j++) {
          var four = next[s][j];
          if (WHOLE_K == 0u) { four = select(vec4f(), four, k0 - DEPTH + inner[s] + j < last_k); }
          tile[place[s] + j * select(B_WIDTH, A_WIDTH, is_of_a(index, s))] = four;
        }
      }
      workgroupBarrier();
    }
    if (k0 < last_k) {
      for (var s = 0u; s < LOADS; s++) {
        if (is_of_a(index, s)) {
          next[s] = patch_of_a(a_base, row0 + outer[s], k0 + inner[s]);
        } else {
          next[s] = patch_of_b(b_base, col0 + outer[s], k0 + inner[s]);
        }
      }
    }
    if (k0 > first_k) {
      let rest = last_k + DEPTH - k0;
      let quads = select(QUADS, (rest + 3u) / 4u, rest < DEPTH); // not known to the compiler, which would unroll the loop
      for (var quad = 0u; quad < quads; quad++) {
        let left_at = (y ^ exchange(quad, A_BY_K)) % THREADS_Y;
        let right_at = (x ^ exchange(quad, B_BY_K)) % THREADS_X;
        for (var j = 0u; j < 4u; j++) {
          let k = quad % QUADS * 4u + j;
          var right = array<vec4f, COLUMN_QUADS>();
          for (var q = 0u; q < COLUMN_QUADS; q++) { right[q] = tile[A_CELLS + k * B_WIDTH + right_at + q * THREADS_X]; }
          for (var i = 0u; i < ROW_QUADS; i++) {
            let left = tile[k * A_WIDTH + left_at + i * THREADS_Y];
            if (SUMS == 1u) { (*row_sums)[i] += left; }
            for (var r = 0u; r < 4u; r++) {
              for (var q = 0u; q < COLUMN_QUADS; q++) { (*sums)[(i * 4u + r) * COLUMN_QUADS + q] += left[r] * right[q]; }
            }
          }
        }
      }
    }
  }
}

// The tile of a workgroup: of a part of its sums, where K is divided.
fn make_tile(group: vec3u, local: vec2u, index: u32) {
  let row0 = group.y * TILE_M;
  let col0 = group.x * TILE_N;
  let parts = max(1u, params.parts);
  let batch = group.z / parts;
  let first_k = group.z % parts * params.part;
  let last_k = min(params.k, first_k + params.part);

  var sums: Sums;
  var row_sums: RowSums;
  add_products(
    &sums, &row_sums, batch * params.a_batch, batch * params.b_batch, row0, col0, first_k, last_k, local, index,
  );
  for (var i = 0u; i < ROWS; i++) {
    let row = row0 + (local.y + i / 4u * THREADS_Y) * 4u + i % 4u;
    if (row < params.m) {
      if (SUMS == 1u && group.x == 0u && local.x == 0u) { side(row_sums[i / 4u][i % 4u], group.z * params.m + row); }
      for (var q = 0u; q < COLUMN_QUADS; q++) {
        let column = col0 + (local.x + q * THREADS_X) * 4u;
        store(sums[i * COLUMN_QUADS + q], (group.z * params.m + row) * params.n, column);
      }
    }
  }
}
