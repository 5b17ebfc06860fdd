// pad_grad.wgsl for four neighbouring elements at a time: INNER is counted in fours. An invocation makes `each` fours.
// @include border_sum.wgsl
// @include share.wgsl
alias Sum = vec4f;
const MODE = 1u;
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const SIZE0 = 1u;
const SIZE1 = 1u;
const INNER = 1u;

struct Params { len: u32, each: u32, padded0: u32, before0: u32, padded1: u32, before1: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = i / INNER / SIZE0;
    let at0 = i / INNER % SIZE0;
    let at1 = row % SIZE1;
    let base = row / SIZE1 * params.padded1;
    var sum = vec4f();
    for (var k = 0u; k < places(at1, SIZE1, params.padded1, params.before1); k++) {
      let j = place(k, at1, SIZE1, params.padded1, params.before1);
      if (j < params.padded1) {
        let start = (base + j) * params.padded0 * INNER + i % INNER;
        sum += sum_along_row(start, at0);
      }
    }
    dx[i] = epilogue(sum, i * 4u);
  }
}
