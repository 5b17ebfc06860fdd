// out[i] = x[i] / (1 − p) where the i-th random number is at least p, else 0.
// The number is word i mod 2 of Threefry-2x32-20 with key (seed, stream) and counter (i / 2, step): it follows from these
// alone, so the gradient applies the same mask by the same kernel, and nothing is kept. state = (seed, step).
// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the same function is in src/core/random.ts.
// One invocation per pair of elements.
struct Params { len: u32, stream: u32, p: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn rotate(v: u32, by: u32) -> u32 { return (v << by) | (v >> (32u - by)); }

fn four_rounds(v: vec2u, a: u32, b: u32, c: u32, d: u32) -> vec2u {
  var w = v;
  w.x += w.y; w.y = rotate(w.y, a) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, b) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, c) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, d) ^ w.x;
  return w;
}

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  var v = counter + key;
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.y, third + 1u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(third, key.x + 2u);
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.x, key.y + 3u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(key.y, third + 4u);
  return four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(third, key.x + 5u);
}

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
