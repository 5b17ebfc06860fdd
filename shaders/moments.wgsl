// Mean and sum of squared deviations of parts of each channel: x is seen as [R0, K, R1], channel o holds the R0·R1 elements
// x[·, o, ·], and part p of it the elements p·chunk … (p + 1)·chunk − 1. partial[p·K + o] = (mean, Σ (x − mean)²).
// Runs of neighbours are summed about their first value: it is one of them, so that Σ (x − mean)² is at least of the order of
// its own squared deviation, and the difference below loses a factor of the run's length at most. Runs are joined by
// Chan, Golub and LeVeque's formula, their means as differences from the part's first value. One invocation per part;
// neighbours take neighbouring channels.
// @include moments_main.wgsl
alias T = f32;
const RUN = 256u;
const WIDTH = 1u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

fn first_of(at: u32) -> f32 { return f32(x[at]); }

fn sums_of(at: u32, length: u32, shift: f32) -> vec2f {
  var sum = 0.0;
  var square_sum = 0.0;
  for (var j = 1u; j < length; j++) {
    let d = f32(x[at + j]) - shift;
    sum += d;
    square_sum += d * d;
  }
  return vec2f(sum, square_sum);
}
