// What reduce_tree.wgsl and reduce_subgroup.wgsl read and store: single elements.
const WIDTH = 1u; // elements of a V
alias V = T;

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
