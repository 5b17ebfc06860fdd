// The products of a recurrence's step, [batch, terms] × [terms, units], in tiles of workgroup memory. Of THREADS = SLICES · TR · TU
// invocations each adds up 4 rows (TR apart) × QUADS fours of units, over every SLICES-th part of a tile's DEPTH terms; the kernel
// gives source(term, row) and weight_four(term, i), i < QUADS · TU, of the workgroup's own fours. A tile holds, term by term, the
// weights and then the sources, in fours of rows; while one is worked on, the next is being loaded. A `% SIZE` that changes nothing
// shows compilers that an index lies inside `tile`: where they cannot tell, they limit it at each access.
const TR = 8u;
const TU = 4u;
const SLICES = 8u; // 2 or more
const THREADS = 256u; // TR · TU · SLICES
const QUADS = 4u;
const SUMS = 16u; // 4 · QUADS
const DEPTH = 16u; // a multiple of SLICES
const PITCH = 25u; // QUADS · TU + TR, or one more where that is even: neighbours store to different banks
const WEIGHT_LOADS = 1u; // ⌈DEPTH · QUADS · TU / THREADS⌉
const SOURCE_LOADS = 1u; // ⌈DEPTH · TR / THREADS⌉
const TILE_SIZE = 1024u; // DEPTH · PITCH, and THREADS · QUADS at least

var<workgroup> tile: array<vec4f, TILE_SIZE>;

fn load_weights(loaded: ptr<function, array<vec4f, WEIGHT_LOADS>>, from_term: u32, thread: u32) {
  for (var j = 0u; j < WEIGHT_LOADS; j++) {
    let i = thread + j * THREADS;
    (*loaded)[j] = weight_four(from_term + i / (QUADS * TU), i % (QUADS * TU));
  }
}

fn load_sources(loaded: ptr<function, array<vec4f, SOURCE_LOADS>>, from_term: u32, thread: u32, first_row: u32) {
  for (var j = 0u; j < SOURCE_LOADS; j++) {
    let i = thread + j * THREADS;
    let term = from_term + i % DEPTH;
    let row = first_row + i / DEPTH;
    (*loaded)[j] = vec4f(source(term, row), source(term, row + TR), source(term, row + 2u * TR), source(term, row + 3u * TR));
  }
}

// Adds up the sums of an invocation: row by row, fours of units.
fn multiply(sums: ptr<function, array<vec4f, SUMS>>, terms: u32, thread: u32, first_row: u32) {
  let me = thread % THREADS;
  let slice = me / (TR * TU);
  let tr = me / TU % TR;
  let tu = me % TU;
  var weights_ahead = array<vec4f, WEIGHT_LOADS>();
  var sources_ahead = array<vec4f, SOURCE_LOADS>();
  let tiles = (terms + DEPTH - 1u) / DEPTH;
  // Turn i loads tile i and works on the one before.
  for (var turn = 0u; turn < select(0u, tiles + 1u, tiles > 0u); turn++) {
    if (turn > 0u) {
      workgroupBarrier();
      for (var j = 0u; j < WEIGHT_LOADS; j++) {
        let i = me + j * THREADS;
        if (i < DEPTH * QUADS * TU) { tile[i / (QUADS * TU) % DEPTH * PITCH + i % (QUADS * TU)] = weights_ahead[j]; }
      }
      for (var j = 0u; j < SOURCE_LOADS; j++) {
        let i = me + j * THREADS;
        if (i < DEPTH * TR) { tile[i % DEPTH * PITCH + QUADS * TU + i / DEPTH % TR] = sources_ahead[j]; }
      }
      workgroupBarrier();
    }
    if (turn < tiles) {
      load_weights(&weights_ahead, turn * DEPTH, thread);
      load_sources(&sources_ahead, turn * DEPTH, thread, first_row);
    }
    if (turn > 0u) {
      for (var i = 0u; i < DEPTH / SLICES; i++) {
        let at = (slice * (DEPTH / SLICES) + i) * PITCH;
        let theirs = tile[at + QUADS * TU + tr];
        for (var q = 0u; q < QUADS; q++) {
          let four = tile[at + q * TU + tu];
          (*sums)[q] += theirs.x * four;
          (*sums)[QUADS + q] += theirs.y * four;
          (*sums)[2u * QUADS + q] += theirs.z * four;
          (*sums)[3u * QUADS + q] += theirs.w * four;
        }
      }
    }
  }
}

// Row j of each invocation's sums goes to the tile's memory, where products_of finds them.
fn hand_over(sums: ptr<function, array<vec4f, SUMS>>, j: u32, thread: u32) {
  let tu = thread % TU;
  let from_row = thread % THREADS / TU; // of all slices
  for (var k = 0u; k < 4u; k++) {
    if (k == j) {
      for (var q = 0u; q < QUADS; q++) { tile[(from_row * QUADS + q) * TU + tu] = (*sums)[k * QUADS + q]; }
    }
  }
}

// What row tr has in `count` columns, a piece of the tile's width apart: the sums of all slices, two at a time.
fn products_of(tr: u32, column: u32, apart: u32, count: u32) -> vec4f {
  var sums = vec4f();
  // A bound that the compiler does not know, so that it does not unroll the loop.
  for (var pair = 0u; pair < min(SLICES / 2u, SLICES * params.batch); pair++) {
    let s = pair % (SLICES / 2u) * 2u;
    for (var g = 0u; g < 4u; g++) {
      if (g == count) { break; }
      let c = column + g * apart;
      let at = (s * TR + tr % TR) * QUADS * TU + c / 4u % (QUADS * TU);
      sums[g] += tile[at][c % 4u] + tile[at + TR * QUADS * TU][c % 4u];
    }
  }
  return sums;
}
