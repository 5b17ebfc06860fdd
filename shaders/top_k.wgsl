// The places of the first `keep` elements, in order, of parts of rows of n elements that lie one after the other. Elements are
// compared as in sort_parts.wgsl: by keys of which the smallest come first, and where these are equal by place. A part is
// `part` neighbours of a row, the last one of a row what is left.
// A workgroup makes `each` parts. Its lanes find the least keys of GROUPS groups of elements: `keep` of the part's elements, if
// not more, are at or below the keep-th of these. What is so is collected, seldom much more than `keep`, and ranked by
// counting. Where it threatens to be too much for ROOM (a row ordered against the lanes), the best so far are ranked, and give
// a better bound. Rows are read as vec4s, whatever n; the elements of their neighbours are left out.
// LAST 1: a row is one part, and places go to out [rows, keep]. LAST 0: pairs (key, place) go to out[row, ·], one part's after
// the other's, m to a row. keep is at most GROUPS.
const LANES = 64u;
const GROUPS = 64u; // LANES or 4·LANES
const MOST = 64u; // keep at most, itself at most GROUPS
const ROOM = 768u; // from 4·LANES·steps, what a step may collect, on
const DESCENDING = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const WHOLE = 0u; // 1 where parts are whole vec4s
const ONCE = 0u; // 1 where one turn of steps reads a part
const LAST = 1u;
const NONE = 4294967295u;

struct Params { len: u32, groups: u32, each: u32, steps: u32, n: u32, part: u32, parts: u32, keep: u32, m: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> least: array<u32, GROUPS>;
var<workgroup> pairs: array<vec2u, ROOM>;
var<workgroup> firsts: array<vec2u, MOST>;
var<workgroup> count: atomic<u32>;
var<workgroup> collected: u32;
var<workgroup> bound: u32;

fn keys_of(x: vec4u) -> vec4u {
  var bits = x;
  if (ELEMENTS == 0u) {
    bits = select(bits, vec4u(0u), bits == vec4u(0x80000000u)); // −0 is 0
    let is_nan = (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    bits = select(bits ^ select(vec4u(0x80000000u), vec4u(NONE), bits >= vec4u(0x80000000u)), vec4u(NONE), is_nan);
  }
  if (ELEMENTS == 1u) { bits ^= vec4u(0x80000000u); }
  return select(bits, ~bits, vec4<bool>(DESCENDING == 1u));
}

fn inside(q: u32, start: u32, end: u32) -> vec4<bool> {
  if (WHOLE == 1u) { return vec4<bool>(true); }
  let at = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
  return (at >= vec4u(start)) & (at < vec4u(end));
}

// Which of the elements of vec4 q may be among the first.
fn low_enough(q: u32, limit: u32, above: u32, start: u32, end: u32) -> vec4<bool> {
  let key = keys_of(x[q]);
  let is_low = (key < vec4u(limit)) | ((key == vec4u(limit)) & vec4<bool>(above == 1u));
  return is_low & inside(q, start, end);
}

// How many of what was collected come before it.
fn rank_of(pair: vec2u, total: u32) -> u32 {
  var rank = 0u;
  for (var i = 0u; i < total; i++) {
    let other = pairs[i];
    let comes_before = other.x < pair.x || (other.x == pair.x && other.y < pair.y);
    rank += select(0u, 1u, comes_before);
  }
  return rank;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  for (var own = first; own < min(first + params.each, params.len); own++) {
    let row = own / params.parts;
    let part = own % params.parts;
    let base = row * params.n;
    let start = base + part * params.part; // of the part's elements, as they lie in x
    let end = base + min((part + 1u) * params.part, params.n);
    let quads = (end + 3u) / 4u;

    var low = vec4u(NONE);
    for (var q = start / 4u + lane; q < quads; q += LANES) {
      low = min(low, select(vec4u(NONE), keys_of(x[q]), inside(q, start, end)));
    }
    if (GROUPS == LANES) {
      least[lane] = min(min(low.x, low.y), min(low.z, low.w));
    } else {
      for (var c = 0u; c < 4u; c++) { least[4u * lane + c] = low[c]; }
    }
    if (lane == 0u) { atomicStore(&count, 0u); }
    workgroupBarrier();
    for (var g = 4u * lane; g < params.groups; g += 4u * LANES) {
      let mine = vec4u(least[g], least[g + 1u], least[g + 2u], least[g + 3u]);
      var below = vec4u();
      var up_to = vec4u();
      for (var other = 0u; other < params.groups; other++) {
        below += select(vec4u(), vec4u(1u), vec4u(least[other]) < mine);
        up_to += select(vec4u(), vec4u(1u), vec4u(least[other]) <= mine);
      }
      let wanted = (below < vec4u(params.keep)) & (up_to >= vec4u(params.keep));
      for (var c = 0u; c < 4u; c++) {
        if (wanted[c]) { bound = mine[c]; }
      }
    }
    var above = 1u; // 1 while what equals the bound still counts
    var limit = workgroupUniformLoad(&bound);
    for (var tile = start / 4u; tile < quads; tile += params.steps * LANES) {
      // Which of its vec4s have something is noted first: few have, and software adapters pass through a branch nobody takes.
      var hits = 0u;
      for (var step = 0u; step < params.steps; step++) {
        let q = tile + step * LANES + lane;
        if (any(low_enough(q, limit, above, start, end)) && q < quads) { hits |= 1u << step; }
      }
      while (hits != 0u) {
        let q = tile + firstTrailingBit(hits) * LANES + lane;
        hits &= hits - 1u;
        let taken = low_enough(q, limit, above, start, end);
        let key = keys_of(x[q]);
        let ones = select(vec4u(), vec4u(1u), taken);
        var to = atomicAdd(&count, ones.x + ones.y + ones.z + ones.w);
        for (var c = 0u; c < 4u; c++) {
          if (taken[c]) { pairs[to] = vec2u(key[c], 4u * q + c - base); }
          to += ones[c];
        }
      }
      workgroupBarrier();
      if (lane == 0u) { collected = atomicLoad(&count); }
      if (ONCE == 1u) { continue; }
      let total = workgroupUniformLoad(&collected);
      if (total + 4u * params.steps * LANES > ROOM && tile + params.steps * LANES < quads) {
        for (var i = lane; i < total; i += LANES) {
          let rank = rank_of(pairs[i], total);
          if (rank < params.keep) { firsts[rank] = pairs[i]; }
        }
        workgroupBarrier();
        let kept = min(total, params.keep);
        for (var i = lane; i < kept; i += LANES) { pairs[i] = firsts[i]; }
        if (lane == 0u) {
          atomicStore(&count, kept);
          bound = firsts[max(kept, 1u) - 1u].x;
        }
        let last = workgroupUniformLoad(&bound);
        if (kept == params.keep) {
          limit = last;
          above = 0u;
        }
      }
    }
    let total = workgroupUniformLoad(&collected);
    for (var i = lane; i < total; i += LANES) {
      let pair = pairs[i];
      let rank = rank_of(pair, total);
      if (rank < params.keep) {
        if (LAST == 1u) {
          out[row * params.keep + rank] = pair.y;
        } else {
          let at = 2u * (row * params.m + part * params.keep + rank);
          out[at] = pair.x;
          out[at + 1u] = pair.y;
        }
      }
    }
    workgroupBarrier();
  }
}
