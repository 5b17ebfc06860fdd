// Gradient of pad.wgsl along one axis: dx = Σ d_out over the elements of the padded axis that show an element of x.
// x is seen as [outer, size, inner], d_out as [outer, padded, inner]. MODE as in pad.wgsl: 1 mirrored, 2 nearest, 3 periodic.
// The order of summation is fixed: by place in d_out, mirrored ones last. One invocation per element of x.
const MODE = 1u;

struct Params { len: u32, size: u32, padded: u32, before: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / params.inner;
  let at = row % params.size;
  let base = row / params.size * params.padded * params.inner + i % params.inner;
  let last = params.size - 1u;
  // Places first, first + by, … up to end show the element.
  var first = params.before + at;
  var end = first;
  var by = 1u;
  if (MODE == 2u && at == 0u) { first = 0u; }
  if (MODE == 2u && at == last) { end = params.padded - 1u; }
  if (MODE == 3u) {
    first %= params.size;
    end = params.padded - 1u;
    by = params.size;
  }
  var sum = 0.0;
  for (var j = first; j <= end; j += by) { sum += d_out[base + j * params.inner]; }
  if (MODE == 1u) {
    let right = params.before + 2u * last - at;
    if (at > 0u && at <= params.before) { sum += d_out[base + (params.before - at) * params.inner]; }
    if (at < last && right < params.padded) { sum += d_out[base + right * params.inner]; }
  }
  dx[i] = epilogue(sum, i);
}
