// pad_grad.wgsl for four neighbouring elements of the axis itself at a time, for devices of few lanes: INNER is 1, and SIZE a
// multiple of four. They are read one by one, and written at once. An invocation makes `each` fours.
// @include border_sum.wgsl
// @include share.wgsl
alias Sum = f32;
const MODE = 1u;
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const SIZE = 1u;
const INNER = 1u;

struct Params { len: u32, each: u32, padded: u32, before: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 64u) {
    let at = i * 4u % SIZE;
    let base = i * 4u / SIZE * params.padded;
    let sums = vec4f(
      border_sum(base, at), border_sum(base, at + 1u), border_sum(base, at + 2u), border_sum(base, at + 3u),
    );
    dx[i] = epilogue(sums, i * 4u);
  }
}
