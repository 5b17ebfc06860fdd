// Gradient of pad.wgsl along two axes: dx = Σ d_out over the places of the padded axes that show an element of x, see
// include/border_sum.wgsl. x is seen as [outer, SIZE1, SIZE0, INNER], d_out as [outer, padded1, padded0, INNER].
// An invocation makes `each` elements.
// @include border_sum.wgsl
// @include share.wgsl
alias Sum = f32;
const MODE = 1u;
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const SIZE0 = 1u;
const SIZE1 = 1u;
const INNER = 1u;

struct Params { len: u32, each: u32, padded0: u32, before0: u32, padded1: u32, before1: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = i / INNER / SIZE0;
    let at0 = i / INNER % SIZE0;
    let at1 = row % SIZE1;
    let base = row / SIZE1 * params.padded1;
    var sum = f32();
    for (var k = 0u; k < places(at1, SIZE1, params.padded1, params.before1); k++) {
      let j = place(k, at1, SIZE1, params.padded1, params.before1);
      if (j < params.padded1) {
        let start = (base + j) * params.padded0 * INNER + i % INNER;
        sum += sum_along_row(start, at0);
      }
    }
    dx[i] = epilogue(sum, i);
  }
}
