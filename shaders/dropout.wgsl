// out[i] = x[i] / (1 − p) where the i-th random number is at least p, else 0.
// The number is word i mod 2 of Threefry-2x32-20 with key (seed, stream) and counter (i / 2, step): it follows from these
// alone, so the gradient applies the same mask by the same kernel, and nothing is kept. state = (seed, step).
// One invocation per pair of elements.
// @include threefry.wgsl
struct Params { len: u32, stream: u32, p: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = 2u * (gid.x + gid.y * groups.x * 64u);
  if (i >= params.len) { return; }
  let bits = threefry(vec2u(state[0], params.stream), vec2u(i / 2u, state[1]));
  let random = vec2f(bits >> vec2u(8u)) / 16777216.0;
  let scale = 1.0 / (1.0 - params.p);
  out[i] = select(0.0, x[i] * scale, random.x >= params.p);
  if (i + 1u < params.len) { out[i + 1u] = select(0.0, x[i + 1u] * scale, random.y >= params.p); }
}
