// moments.wgsl for four neighbouring elements at a time, where R1 is a multiple of 4: R1, count and chunk are in fours.
// @include moments_main.wgsl
alias T = f32;
const RUN = 64u;
const WIDTH = 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

fn first_of(at: u32) -> f32 { return vec4f(x[at]).x; }

fn sums_of(at: u32, length: u32, shift: f32) -> vec2f {
  var sums = vec4f();
  var square_sums = vec4f();
  for (var j = at; j < at + length; j++) {
    let d = vec4f(x[j]) - shift;
    sums += d;
    square_sums += d * d;
  }
  let pairs = sums.xy + sums.zw;
  let square_pairs = square_sums.xy + square_sums.zw;
  return vec2f(pairs.x + pairs.y, square_pairs.x + square_pairs.y);
}
