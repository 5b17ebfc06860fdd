// Σ d_out over the places of two padded axes that show an element of them: axis 0, whose neighbours lie INNER apart, and axis 1
// around it. MODE as in pad.wgsl: 1 mirrored, 2 nearest, 3 periodic.
// The order of summation is fixed: along axis 1 by place, mirrored ones last; along axis 0 the place that is no border first.

const MODE = 1u;
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const SIZE0 = 1u;
const SIZE1 = 1u;
const INNER = 1u;

struct Params { len: u32, each: u32, padded0: u32, before0: u32, padded1: u32, before1: u32 }

// How many places of an axis may show element `at` of it.
fn places(at: u32, size: u32, padded: u32, before: u32) -> u32 {
  if (MODE == 1u) { return select(1u, 3u, at <= before || at + 1u + padded - before >= 2u * size); }
  if (MODE == 3u) { return padded / size + 1u; }
  return 1u + select(0u, before, at == 0u) + select(0u, padded - before - size, at + 1u == size);
}

// The k-th of these, or where there is none, `padded` or more.
fn place(k: u32, at: u32, size: u32, padded: u32, before: u32) -> u32 {
  if (MODE == 2u) { return select(before + at, 0u, at == 0u) + k; }
  if (MODE == 3u) { return (before + at) % size + k * size; }
  if (k == 0u) { return before + at; }
  if (k == 1u) { return select(padded, before - at, at > 0u && at <= before); }
  return select(padded, before + 2u * (size - 1u) - at, at + 1u < size);
}

// Along axis 0 the places beyond the first are asked for one by one: loops that few lanes go through cost all of them.
fn sum_along_row(base: u32, at: u32) -> Sum {
  let last = SIZE0 - 1u;
  let end = params.padded0;
  var first = params.before0 + at;
  if (MODE == 3u) { first %= SIZE0; }
  var sum = d_out[base + first * INNER];
  if (MODE == 1u) {
    let right = params.before0 + 2u * last - at;
    if (at > 0u && at <= params.before0) { sum += d_out[base + (params.before0 - at) * INNER]; }
    if (at < last && right < end) { sum += d_out[base + right * INNER]; }
  }
  if (MODE == 2u && at == 0u) {
    for (var j = 0u; j < params.before0; j++) { sum += d_out[base + j * INNER]; }
  }
  if (MODE == 2u && at == last) {
    for (var j = first + 1u; j < end; j++) { sum += d_out[base + j * INNER]; }
  }
  if (MODE == 3u) {
    let second = first + SIZE0;
    if (second < end) { sum += d_out[base + second * INNER]; }
    if (second + SIZE0 < end) { sum += d_out[base + (second + SIZE0) * INNER]; }
  }
  return sum;
}
