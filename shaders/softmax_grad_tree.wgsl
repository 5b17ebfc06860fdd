// softmax_grad.wgsl along the last axis for devices with many lanes, see softmax_tree.wgsl.
const LOG = 0u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row, a power of two

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> out: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

var<workgroup> shares: array<f32, SIZE>;

fn places(i: u32) -> vec4u { return vec4u(i) + vec4u(0u, 1u, 2u, 3u) * LANES; }

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.rows) { return; }
  let lane = at % LANES;
  let row = min(first + at / LANES, params.rows - 1u);
  let n = select(0u, params.n, row == first + at / LANES); // none beyond the last row
  let start = row * params.n;
  var share = vec4f();
  for (var i = lane; i < n; i += 4u * LANES) {
    let near = vec4u(start) + min(places(i), vec4u(params.n - 1u));
    let slopes = vec4f(d_out[near.x], d_out[near.y], d_out[near.z], d_out[near.w]);
    let values = vec4f(out[near.x], out[near.y], out[near.z], out[near.w]);
    share += select(vec4f(), slopes * select(values, vec4f(1.0), LOG == 1u), places(i) < vec4u(n));
  }
  shares[at] = (share.x + share.y) + (share.z + share.w);
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[at] += shares[at + half]; }
    workgroupBarrier();
  }
  let total = shares[at - lane];
  for (var i = start + lane; i < start + n; i += LANES) {
    if (LOG == 1u) {
      dx[i] = epilogue(d_out[i] - exp(out[i]) * total, i);
    } else {
      dx[i] = epilogue(out[i] * (d_out[i] - total), i);
    }
  }
}
