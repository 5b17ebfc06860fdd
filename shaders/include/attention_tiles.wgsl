// What attention's kernels by four have in common: where heads lie, and products of tiles in workgroup memory. A workgroup of 8 ×
// LINES makes 4 · LINES · GROUPS lines of its result and takes 32 others a turn (queries and keys, or the other way round).
// Invocation (x, y) keeps the own lines of fours y, y + LINES …: first their products with other lines 4x … 4x + 3, then columns
// 4x … 4x + 3 of each chunk of 32 columns of their sums. What lies in `tile`, in whole vec4s, one part after the other:
//   own lines by 8 fours of columns, then the others likewise, lines 4i first of each, then lines 4i + 1, 4i + 2 and 4i + 3,
//   then shares: for the products of the first kind; or
//   weights by other line and four of own lines, then other lines by 8 · SPAN fours of columns: for sums by weights.
// Lines of columns are a four longer than what they hold, and weights exchanged by the number of their line, so that neighbours
// read and write different banks. A `% SIZE` that changes nothing shows compilers that an index lies inside `tile`: where they cannot
// tell, they limit it at each access.
const TURN = 32u; // other lines
const OWN_FOURS = LINES * GROUPS;
const OTHER_FOURS = TURN / 4u;
const PITCH = 9u; // of a line of columns
const OTHERS = 4u * OWN_FOURS * PITCH; // where the other lines begin, behind own ones
const SHARES = OTHERS + TURN * PITCH;
const WIDE = TURN * OWN_FOURS; // where the other lines begin, behind weights
const OTHER_LOADS = TURN / LINES; // a chunk of columns, by an invocation
const WIDE_LOADS = SPAN * OTHER_LOADS;
const AT_ONCE = 16u / HELD; // fours of columns in a turn of the innermost loop: 256 products
// What an invocation reads ahead, of either kind: in one place, so that registers need not hold both.
const AHEAD = HELD + OTHER_LOADS;

// Where the rows and keys of an example's head begin, in fours, and its last row and key.
struct Head { q: u32, k: u32, v: u32, out: u32, last_row: u32, last_key: u32 }

// Of keys before `end`.
fn head_of(pair: u32, end: u32) -> Head {
  let batch = pair / max(params.heads, 1u);
  let head = pair % max(params.heads, 1u);
  return Head(
    params.q_at + batch * params.q_batch + head * params.q_head,
    params.k_at + batch * params.k_batch + head * params.k_head,
    params.v_at + batch * params.v_batch + head * params.v_head,
    batch * params.out_batch + head * params.out_head,
    max(params.rows, 1u) - 1u,
    max(end, 1u) - 1u,
  );
}

// Four columns of a row or a key. Those beyond the last repeat it: they are not stored, and their weights are zeros. Columns beyond
// the last are zeros.
fn q_four(at: Head, row: u32, four: u32) -> vec4f {
  return within(vec4f(q[at.q + min(row, at.last_row) * params.q_row + column(four)]), four);
}

fn k_four(at: Head, key: u32, four: u32) -> vec4f {
  return within(vec4f(k[at.k + min(key, at.last_key) * params.k_row + column(four)]), four);
}

fn v_four(at: Head, key: u32, four: u32) -> vec4f {
  return within(vec4f(v[at.v + min(key, at.last_key) * params.v_row + column(four)]), four);
}

fn column(four: u32) -> u32 { return select(min(four, max(params.quads, 1u) - 1u), four, WHOLE == 1u); }

fn within(values: vec4f, four: u32) -> vec4f { return select(vec4f(), values, WHOLE == 1u || four < params.quads); }

// Which of a workgroup's own lines is the r-th that an invocation keeps.
fn own_line(local: vec3u, r: u32) -> u32 { return (local.y + r / 4u * LINES) * 4u + r % 4u; }

// What the 8 invocations that keep the same lines have of them passes through the tile, by fours of lines.
fn keep_shares(shares: ptr<function, array<vec4f, GROUPS>>, local: vec3u) {
  let at = SHARES + local.y % LINES * PITCH + local.x % 8u;
  for (var g = 0u; g < GROUPS; g++) { tile[at + g * LINES * PITCH] = (*shares)[g]; }
}

fn add_shares(shares: ptr<function, array<vec4f, GROUPS>>, local: vec3u) {
  let at = SHARES + local.y % LINES * PITCH;
  for (var g = 0u; g < GROUPS; g++) {
    var sum = vec4f();
    for (var s = 0u; s < 8u; s++) { sum += tile[at + g * LINES * PITCH + s]; }
    (*shares)[g] = sum;
  }
}

// Puts a chunk of columns of both into the tile: of lines y, y + LINES … the four x. Own lines come first in what was read ahead.
fn keep_lines(ahead: ptr<function, array<vec4f, AHEAD>>, local: vec3u) {
  let x = local.x % 8u;
  let y = local.y % LINES;
  let own = (y % 4u * OWN_FOURS + y / 4u) * PITCH + x;
  for (var n = 0u; n < HELD; n++) { tile[own + n * (LINES / 4u) * PITCH] = (*ahead)[n]; }
  let other = OTHERS + (y % 4u * OTHER_FOURS + y / 4u) * PITCH + x;
  for (var n = 0u; n < OTHER_LOADS; n++) { tile[other + n * (LINES / 4u) * PITCH] = (*ahead)[HELD + n]; }
}

// Puts SPAN chunks of columns of the other lines into the tile: of lines y, y + LINES … the fours x, x + 8.
fn keep_wide(ahead: ptr<function, array<vec4f, AHEAD>>, local: vec3u) {
  let at = WIDE + local.y % LINES * SPAN * 8u + local.x % 8u;
  for (var n = 0u; n < WIDE_LOADS; n++) { tile[at + (n / SPAN * LINES * SPAN + n % SPAN) * 8u] = (*ahead)[n]; }
}

// Puts weights of own lines (by number) and other lines 4x … 4x + 3 (components) into the tile.
fn keep_weights(weights: ptr<function, array<vec4f, HELD>>, local: vec3u) {
  let x = local.x % 8u;
  let at = x * 4u * OWN_FOURS + (local.y ^ x) % LINES;
  for (var g = 0u; g < GROUPS; g++) {
    let r = 4u * g;
    let by_other = transpose(mat4x4f((*weights)[r], (*weights)[r + 1u], (*weights)[r + 2u], (*weights)[r + 3u]));
    tile[at + g * LINES] = by_other[0];
    tile[at + OWN_FOURS + g * LINES] = by_other[1];
    tile[at + 2u * OWN_FOURS + g * LINES] = by_other[2];
    tile[at + 3u * OWN_FOURS + g * LINES] = by_other[3];
  }
}

// sums[own line][other line] += own · other over the first `fours` fours of columns in the tile, and up to AT_ONCE − 1 fours of zeros.
fn add_products(sums: ptr<function, array<vec4f, HELD>>, local: vec3u, fours: u32) {
  const APART = OTHER_FOURS * PITCH;
  let other_lines = OTHERS + local.x % 8u * PITCH;
  let own_lines = local.y % LINES * PITCH;
  for (var n = 0u; n < (fours + AT_ONCE - 1u) / AT_ONCE; n++) {
    let first = n % (8u / AT_ONCE) * AT_ONCE;
    for (var c = 0u; c < AT_ONCE; c++) {
      let other = other_lines + first + c;
      let own = own_lines + first + c;
      let by_column = transpose(mat4x4f(tile[other], tile[other + APART], tile[other + 2u * APART], tile[other + 3u * APART]));
      for (var r = 0u; r < HELD; r++) {
        let line = tile[own + (r % 4u * OWN_FOURS + r / 4u * LINES) * PITCH];
        (*sums)[r] += line.x * by_column[0];
        (*sums)[r] += line.y * by_column[1];
        (*sums)[r] += line.z * by_column[2];
        (*sums)[r] += line.w * by_column[3];
      }
    }
  }
}

// sums[step · SPAN chunks on][own line] += weight · other line, over the first `lines` of them; weights after them are zeros.
fn add_weighted(sums: ptr<function, array<vec4f, PARTS>>, step: u32, local: vec3u, lines: u32) {
  let others = WIDE + local.x % 8u;
  for (var n = 0u; n < (lines + 3u) / 4u; n++) {
    let quad = n % OTHER_FOURS;
    let weights_at = quad * 4u * OWN_FOURS + (local.y ^ quad) % LINES;
    let other = others + quad * 4u * SPAN * 8u;
    for (var c = 0u; c < 4u; c++) {
      var theirs = array<vec4f, SPAN>();
      for (var span = 0u; span < SPAN; span++) { theirs[span] = tile[other + (c * SPAN + span) * 8u]; }
      for (var g = 0u; g < GROUPS; g++) {
        let weights = tile[weights_at + c * OWN_FOURS + g * LINES];
        for (var span = 0u; span < SPAN; span++) {
          let at = (step % STEPS * SPAN + span) * HELD + 4u * g;
          (*sums)[at] += weights.x * theirs[span];
          (*sums)[at + 1u] += weights.y * theirs[span];
          (*sums)[at + 2u] += weights.z * theirs[span];
          (*sums)[at + 3u] += weights.w * theirs[span];
        }
      }
    }
  }
}
