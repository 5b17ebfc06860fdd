// pad_grad.wgsl for four neighbours along axis 0 at a time, for devices of few lanes: INNER is 1, SIZE0 a multiple of four. They
// are read one by one, and written at once. An invocation makes `each` fours.
// @include border_sum.wgsl
// @include share.wgsl
alias Sum = f32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = i * 4u / SIZE0;
    let at0 = i * 4u % SIZE0;
    let at1 = row % SIZE1;
    let base = row / SIZE1 * params.padded1;
    var sum = vec4f();
    for (var k = 0u; k < places(at1, SIZE1, params.padded1, params.before1); k++) {
      let j = place(k, at1, SIZE1, params.padded1, params.before1);
      if (j < params.padded1) {
        let start = (base + j) * params.padded0 * INNER;
        sum += vec4f(
          sum_along_row(start, at0), sum_along_row(start, at0 + 1u),
          sum_along_row(start, at0 + 2u), sum_along_row(start, at0 + 3u),
        );
      }
    }
    dx[i] = epilogue(sum, i * 4u);
  }
}
