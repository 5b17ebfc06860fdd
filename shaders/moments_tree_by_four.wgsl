// moments_tree.wgsl with memory read as vec4, where R1 is a multiple of 4: R1, count and chunk are in fours.
// @include moments_tree_main.wgsl
alias T = f32;
const WIDTH = 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn four(e: u32, o: u32) -> vec4f { return vec4f(x[(e / R1 * params.channels + o) * R1 + e % R1]); }

fn first_of(e: u32, o: u32) -> f32 { return four(e, o).x; }

fn sums_of(near: vec4u, inside: vec4<bool>, o: u32, shift: f32) -> Sums {
  let a = four(near.x, o) - shift;
  let b = select(vec4f(), four(near.y, o) - shift, inside.y);
  let c = select(vec4f(), four(near.z, o) - shift, inside.z);
  let d = select(vec4f(), four(near.w, o) - shift, inside.w);
  return Sums((a + b) + (c + d), (a * a + b * b) + (c * c + d * d));
}
