// rotary_embedding.wgsl for four neighbouring pairs at a time: HALF is in fours. One invocation per four pairs.
const BACK = 0u;
const N = 1u;
const INNER = 1u;
const HALF = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pairs = gid.x + gid.y * groups.x * 64u;
  if (pairs >= params.len) { return; }
  let row = pairs / HALF;
  let i = pairs % HALF;
  let from_table = 2u * (row / INNER % N * HALF + i);
  let first = table[from_table];
  let second = table[from_table + 1u];
  let c = vec4f(first.xz, second.xz);
  let turned = vec4f(first.yw, second.yw);
  let s = select(turned, -turned, BACK == 1u);
  let at = row * 2u * HALF + i;
  let a = x[at];
  let b = x[at + HALF];
  out[at] = c * a - s * b;
  out[at + HALF] = s * a + c * b;
}
