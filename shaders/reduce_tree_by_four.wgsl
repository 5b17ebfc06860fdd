// reduce_tree.wgsl with memory read as vec4: R1 is a multiple of 4, and r1 counts fours of it.
// @include reduce_tree_main.wgsl
// @include joins_of_four.wgsl
const WIDTH = 4u; // elements of a V
alias T = f32;
alias V = vec4<T>;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * (params.len / params.parts * params.r0 * params.r1 * 4u) + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * params.len + at] = epilogue(values[k] * T(params.scale), at); }
}
fn first_of(v: V) -> T { return v.x; }
