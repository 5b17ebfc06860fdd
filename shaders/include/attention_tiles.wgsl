// What attention's kernels by four have in common: where heads lie, and products of tiles in workgroup memory. A workgroup of 8 ×
// LINES makes 4 · LINES · GROUPS lines of its result and takes 32 others a turn (queries and keys, or the other way round).
// Invocation (x, y) keeps the own lines of fours y, y + LINES …: first their products with other lines 4x … 4x + 3, then columns
// 4x … 4x + 3 of each chunk of 32 columns of their sums. What lies in `tile`, in whole vec4s, one part after the other:
//   own lines by 8 fours of columns, then the others likewise: for the products of the first kind; or
//   weights by other line and four of own lines, then other lines by 8 · SPAN fours of columns: for sums by weights.
// Fours lie at places that are exchanged by the number of their line, so that neighbours read from different banks.
const TURN = 32u; // other lines
const OWN_FOURS = LINES * GROUPS;
const SECOND = OWN_FOURS * 32u; // where the second part begins
const OTHER_LOADS = TURN / LINES; // a chunk of columns, by an invocation
const WIDE_LOADS = SPAN * OTHER_LOADS;
// What an invocation reads ahead, of either kind: in one place, so that registers need not hold both.
const AHEAD = HELD + OTHER_LOADS;

// Where the rows and keys of an example's head begin, in fours, and where its keys end.
struct Head { q: u32, k: u32, v: u32, out: u32, end: u32 }

fn head_of(pair: u32, end: u32) -> Head {
  let batch = pair / max(params.heads, 1u);
  let head = pair % max(params.heads, 1u);
  return Head(
    params.q_at + batch * params.q_batch + head * params.q_head,
    params.k_at + batch * params.k_batch + head * params.k_head,
    params.v_at + batch * params.v_batch + head * params.v_head,
    batch * params.out_batch + head * params.out_head,
    end,
  );
}

// Four columns of a row or a key; zeros beyond the edge.
fn q_four(at: Head, row: u32, four: u32) -> vec4f {
  let inside = row < params.rows && four < params.quads;
  return select(vec4f(), vec4f(q[select(0u, at.q + row * params.q_row + four, inside)]), inside);
}

fn k_four(at: Head, key: u32, four: u32) -> vec4f {
  let inside = key < at.end && four < params.quads;
  return select(vec4f(), vec4f(k[select(0u, at.k + key * params.k_row + four, inside)]), inside);
}

fn v_four(at: Head, key: u32, four: u32) -> vec4f {
  let inside = key < at.end && four < params.quads;
  return select(vec4f(), vec4f(v[select(0u, at.v + key * params.v_row + four, inside)]), inside);
}

// Which of a workgroup's own lines is the r-th that an invocation keeps.
fn own_line(local: vec3u, r: u32) -> u32 { return (local.y + r / 4u * LINES) * 4u + r % 4u; }

// What the 8 invocations that keep the same lines have of them is added up by way of the tile: of the g-th four of lines.
fn keep_share(share: vec4f, local: vec3u, g: u32) { tile[(local.y + g * LINES) * 8u + local.x] = share; }

fn sum_of_shares(local: vec3u, g: u32) -> vec4f {
  var sum = vec4f();
  for (var s = 0u; s < 8u; s++) { sum += tile[(local.y + g * LINES) * 8u + s]; }
  return sum;
}

// Puts a chunk of columns of both into the tile: of lines y, y + LINES … the four x. Own lines come first in what was read ahead.
fn keep_lines(ahead: ptr<function, array<vec4f, AHEAD>>, local: vec3u) {
  for (var n = 0u; n < HELD; n++) {
    let line = local.y + n * LINES;
    tile[line * 8u + (local.x ^ (line / 4u % 8u))] = (*ahead)[n];
  }
  for (var n = 0u; n < OTHER_LOADS; n++) {
    let line = local.y + n * LINES;
    tile[SECOND + (line % 4u * 8u + line / 4u) * 8u + (local.x ^ (line / 4u))] = (*ahead)[HELD + n];
  }
}

// Puts SPAN chunks of columns of the other lines into the tile: of lines y, y + LINES … the fours x, x + 8.
fn keep_wide(ahead: ptr<function, array<vec4f, AHEAD>>, local: vec3u) {
  for (var n = 0u; n < WIDE_LOADS; n++) {
    tile[SECOND + ((local.y + n / SPAN * LINES) * SPAN + n % SPAN) * 8u + local.x] = (*ahead)[n];
  }
}

// Puts weights of own lines (by number) and other lines 4x … 4x + 3 (components) into the tile.
fn keep_weights(weights: ptr<function, array<vec4f, HELD>>, local: vec3u) {
  let at = local.x * 4u * OWN_FOURS + (local.y ^ local.x);
  for (var g = 0u; g < GROUPS; g++) {
    let r = 4u * g;
    let by_other = transpose(mat4x4f((*weights)[r], (*weights)[r + 1u], (*weights)[r + 2u], (*weights)[r + 3u]));
    tile[at + g * LINES] = by_other[0];
    tile[at + OWN_FOURS + g * LINES] = by_other[1];
    tile[at + 2u * OWN_FOURS + g * LINES] = by_other[2];
    tile[at + 3u * OWN_FOURS + g * LINES] = by_other[3];
  }
}

// sums[own line][other line] += own · other over the first `fours` fours of columns in the tile.
fn add_products(sums: ptr<function, array<vec4f, HELD>>, local: vec3u, fours: u32) {
  for (var four = 0u; four < fours; four++) {
    let other = SECOND + local.x * 8u + (four ^ local.x);
    let by_column = transpose(mat4x4f(tile[other], tile[other + 64u], tile[other + 128u], tile[other + 192u]));
    let own = local.y * 32u + (four ^ (local.y % 8u));
    for (var r = 0u; r < HELD; r++) {
      let line = tile[own + (r / 4u * LINES * 4u + r % 4u) * 8u];
      (*sums)[r] += line.x * by_column[0];
      (*sums)[r] += line.y * by_column[1];
      (*sums)[r] += line.z * by_column[2];
      (*sums)[r] += line.w * by_column[3];
    }
  }
}

// sums[first + …][own line] += weight · other line, over the first `lines` of them; weights after them are zeros.
fn add_weighted(sums: ptr<function, array<vec4f, PARTS>>, first: u32, local: vec3u, lines: u32) {
  for (var line = 0u; line < lines; line += 2u) {
    for (var n = 0u; n < 2u; n++) {
      var theirs = array<vec4f, SPAN>();
      for (var span = 0u; span < SPAN; span++) { theirs[span] = tile[SECOND + ((line + n) * SPAN + span) * 8u + local.x]; }
      for (var g = 0u; g < GROUPS; g++) {
        let weights = tile[(line + n) * OWN_FOURS + g * LINES + (local.y ^ (line / 4u))];
        for (var span = 0u; span < SPAN; span++) {
          let at = first + span * HELD + 4u * g;
          (*sums)[at] += weights.x * theirs[span];
          (*sums)[at + 1u] += weights.y * theirs[span];
          (*sums)[at + 2u] += weights.z * theirs[span];
          (*sums)[at + 3u] += weights.w * theirs[span];
        }
      }
    }
  }
}
