// How the kernels over whole sequences for GPUs go through their weights. What a step costs is the way of these from the
// second-level cache, so an invocation has many under way, each a vector: while it adds up DEPTH fours of terms for each sum,
// the next are being loaded, those that the next step begins with too: weights do not wait for the state.
// A workgroup takes ROWS sequences, and of each UNITS units at a time, whose sums over fours of terms are divided among PARTS
// invocations each. A kernel gives load_weights(loaded, q, u), of unit u for DEPTH fours of terms from the q-th on, PARTS
// apart; and add_products(sums, weights, q) of these with `kept`, where fours beyond the last are zeros. What comes of a step
// goes to `fresh` number by number, and from there in fours to `kept`, since no invocation may write a part of a vector of
// which others write parts. A `% SIZE` that changes nothing shows compilers that an index lies inside workgroup memory: where they
// cannot tell, they limit it at each access.
const ROWS = 1u;
const UNITS = 64u;
const PARTS = 4u;
const THREADS = 256u; // UNITS · PARTS
const MINE = 1u; // rows of an invocation's cells: ⌈ROWS / PARTS⌉
const DEPTH = 2u;
const LOADS = 8u; // vectors of weights: DEPTH, times the gates that a unit has sums for
const PITCH = 16u; // fours of a row in `kept`, up to a multiple of PARTS · DEPTH
const TURNS = PITCH / (PARTS * DEPTH); // nothing is left over
const KEPT_SIZE = 16u; // ROWS · PITCH
const FRESH_SIZE = 64u; // four times that
const PARTIAL_SIZE = 256u; // ROWS · THREADS
const HELD = 0u; // times DEPTH fours that stay in registers over all steps; UNITS is hidden at least then
const HELD_SIZE = 1u; // HELD, 1 at least

alias Weights = array<vec4f, LOADS>;
alias Held = array<Weights, HELD_SIZE>;

var<workgroup> kept: array<vec4f, KEPT_SIZE>;
var<workgroup> fresh: array<f32, FRESH_SIZE>;

fn gather(thread: u32) {
  for (var i = thread; i < KEPT_SIZE; i += THREADS) {
    let four = i % KEPT_SIZE;
    kept[four] = vec4f(fresh[4u * four], fresh[4u * four + 1u], fresh[4u * four + 2u], fresh[4u * four + 3u]);
  }
}

fn add_product(sum: f32, a: vec4f, b: vec4f) -> f32 {
  return (((sum + a.x * b.x) + a.y * b.y) + a.z * b.z) + a.w * b.w;
}

// The first four whose weights do not stay in registers.
fn streamed_from(part: u32) -> u32 { return part + HELD * PARTS * DEPTH; }

// Before the first step: the weights that stay, and those that its sums go on with.
fn begin(held: ptr<function, Held>, ahead: ptr<function, Weights>, part: u32, u: u32) {
  for (var h = 0u; h < HELD; h++) {
    var loaded: Weights;
    load_weights(&loaded, part + h * PARTS * DEPTH, u);
    (*held)[h] = loaded;
  }
  load_weights(ahead, streamed_from(part), u);
}

// A part of the sums of unit u over `fours` fours of terms. Those of unit u_next come next.
fn multiply(
  sums: ptr<function, Sums>, held: ptr<function, Held>, ahead: ptr<function, Weights>,
  fours: u32, part: u32, u: u32, u_next: u32,
) {
  for (var h = 0u; h < HELD; h++) {
    var here = (*held)[h];
    add_products(sums, &here, part + h * PARTS * DEPTH);
  }
  let streamed = streamed_from(part);
  for (var q = streamed; q < fours; q += PARTS * DEPTH) {
    var here = *ahead;
    let more = q + PARTS * DEPTH < fours;
    load_weights(ahead, select(streamed, q + PARTS * DEPTH, more), select(u_next, u, more));
    add_products(sums, &here, q);
  }
}
