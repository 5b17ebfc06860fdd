// moments.wgsl with one workgroup per part, for devices with many lanes. Each lane takes every LANES-th element of the part,
// four at a time, and sums about its own first value. WHOLE 1: a channel is one part, of which mean, variance and 1/√(variance
// + eps) are stored at once, as by moments_join.wgsl; else `partial`.
// @include moments_tree_main.wgsl
alias T = f32;
const WIDTH = 1u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn first_of(e: u32, o: u32) -> f32 { return f32(x[(e / R1 * params.channels + o) * R1 + e % R1]); }

fn sums_of(near: vec4u, inside: vec4<bool>, o: u32, shift: f32) -> Sums {
  let values = vec4f(first_of(near.x, o), first_of(near.y, o), first_of(near.z, o), first_of(near.w, o));
  let d = select(vec4f(), values - shift, inside);
  return Sums(d, d * d);
}
