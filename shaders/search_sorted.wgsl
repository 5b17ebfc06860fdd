// out[row, j] = how many of sorted[row, 0 … N−1], which ascend, lie before values[row, j]: those below it or, with RIGHT 1, those
// up to it. By bisection. One invocation per value.
alias T = f32;
const RIGHT = 0u;
// A constant: dividing by a number that is not known to the compiler costs more.
const M = 1u;

struct Params { len: u32, n: u32 }

@group(0) @binding(0) var<storage, read> sorted: array<T>;
@group(0) @binding(1) var<storage, read> values: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<i32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let start = i / M * params.n;
  let value = values[i];
  var low = 0u;
  var high = params.n;
  while (low < high) {
    let middle = (low + high) / 2u;
    let here = sorted[start + middle];
    if (here < value || (RIGHT == 1u && here == value)) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  out[i] = i32(low);
}
