// What reduce_tree_by_four.wgsl and reduce_subgroup_by_four.wgsl read and store: four neighbours, and single results.
// @include joins_of_four.wgsl
const WIDTH = 4u; // elements of a V
alias V = vec4<T>;

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
