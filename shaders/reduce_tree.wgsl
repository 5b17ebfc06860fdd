// reduce.wgsl for devices with many lanes: a workgroup per output, or one of `parts` of it, or several where they are short.
// Neighbouring lanes read neighbouring elements of [R0, R1], seen as one row of r0·r1, and are joined as a tree in workgroup
// memory. A lane joins chunks of CHUNK elements for themselves, then their results.
// @include reduce_tree_main.wgsl
const WIDTH = 1u; // elements of a V
alias T = f32;
alias V = T;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> T { return x[i]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * (params.len / params.parts * params.r0 * params.r1) + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * params.len + at] = epilogue(values[k] * T(params.scale), at); }
}
fn across(total: array<V, COUNT>) -> array<T, COUNT> { return total; }
fn first_of(v: V) -> T { return v; }
