// The entry point of pad_grad.wgsl and pad_grad_by_four.wgsl, which say what a Sum is.
// @include border_sum.wgsl
// @include share.wgsl
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = i / INNER / SIZE0;
    let at0 = i / INNER % SIZE0;
    let at1 = row % SIZE1;
    let base = row / SIZE1 * params.padded1;
    var sum = Sum();
    for (var k = 0u; k < places(at1, SIZE1, params.padded1, params.before1); k++) {
      let j = place(k, at1, SIZE1, params.padded1, params.before1);
      if (j < params.padded1) {
        let start = (base + j) * params.padded0 * INNER + i % INNER;
        sum += sum_along_row(start, at0);
      }
    }
    put(i, sum);
  }
}
