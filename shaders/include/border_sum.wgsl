// Σ d_out over the places of a padded axis that show element `at` of it, of which the first one's is at `base`; neighbours lie
// INNER apart. MODE as in pad.wgsl: 1 mirrored, 2 nearest, 3 periodic.
// The order of summation is fixed: by place in d_out, mirrored ones last.
fn border_sum(base: u32, at: u32) -> Sum {
  let last = SIZE - 1u;
  // Places first, first + by, … up to end show the element.
  var first = params.before + at;
  var end = first;
  var by = 1u;
  if (MODE == 2u && at == 0u) { first = 0u; }
  if (MODE == 2u && at == last) { end = params.padded - 1u; }
  if (MODE == 3u) {
    first %= SIZE;
    end = params.padded - 1u;
    by = SIZE;
  }
  var sum = d_out[base + first * INNER];
  for (var j = first + by; j <= end; j += by) { sum += d_out[base + j * INNER]; }
  if (MODE == 1u) {
    let right = params.before + 2u * last - at;
    if (at > 0u && at <= params.before) { sum += d_out[base + (params.before - at) * INNER]; }
    if (at < last && right < params.padded) { sum += d_out[base + right * INNER]; }
  }
  return sum;
}
