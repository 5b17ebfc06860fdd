// joins.wgsl where V is a vec4: the results of its four lanes joined into one.
fn across(total: array<V, COUNT>) -> array<T, COUNT> {
  var all: array<T, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) {
    let half = joined_as(kind_of(k), total[k], total[k].zwxy);
    all[k] = joined_as(kind_of(k), half, half.yxwz).x;
  }
  return all;
}
