// Σ d_out over the places of two padded axes that show an element of them: axis 0, whose neighbours lie INNER apart, and axis 1
// around it. MODE as in pad.wgsl: 1 mirrored, 2 nearest, 3 periodic.
// The order of summation is fixed: by place along axis 1, then along axis 0, mirrored ones last.

// How many places of an axis may show element `at` of it.
fn places(at: u32, size: u32, padded: u32, before: u32) -> u32 {
  if (MODE == 1u) { return 3u; }
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

fn sum_along_row(base: u32, at: u32) -> Sum {
  var sum = Sum();
  for (var k = 0u; k < places(at, SIZE0, params.padded0, params.before0); k++) {
    let j = place(k, at, SIZE0, params.padded0, params.before0);
    if (j < params.padded0) { sum += d_out[base + j * INNER]; }
  }
  return sum;
}
