// Gradient of pad.wgsl along one axis: dx = Σ d_out over the elements of the padded axis that show an element of x.
// x is seen as [outer, size, inner], d_out as [outer, padded, inner]. MODE as in pad.wgsl: 1 mirrored, 2 nearest, 3 periodic.
// The order of summation is fixed: by place in d_out, mirrored ones last. One invocation per element of x.
const MODE = 1u;
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const SIZE = 1u;
const INNER = 1u;

struct Params { len: u32, padded: u32, before: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / INNER;
  let at = row % SIZE;
  let base = row / SIZE * params.padded * INNER + i % INNER;
  let last = SIZE - 1u;
  // Places first, first + by, … up to end show the element.
  var first = params.before + at;
  var end = first;
  var by = 1u;
  if (MODE == 2u && at == 0u) { first = 0u; }
  if (MODE == 2u && at == last) { end = params.padded - 1u; }
  if (MODE == 3u) {
    first %= SIZE;
    end = params.padded - 1u;
    by = SIZE;
  }
  var sum = 0.0;
  for (var j = first; j <= end; j += by) { sum += d_out[base + j * INNER]; }
  if (MODE == 1u) {
    let right = params.before + 2u * last - at;
    if (at > 0u && at <= params.before) { sum += d_out[base + (params.before - at) * INNER]; }
    if (at < last && right < params.padded) { sum += d_out[base + right * INNER]; }
  }
  dx[i] = epilogue(sum, i);
}
