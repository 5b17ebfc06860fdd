// x seen as [outer, n, inner, 2, half], rotated by pairs: with (c, s) = table[position, i] and x₀, x₁ the elements i of both halves
// of a row, out₀ = c·x₀ − s·x₁ and out₁ = s·x₀ + c·x₁. BACK turns the other way, which is the gradient.
// One invocation per pair.
const BACK = 0u;
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const N = 1u;
const INNER = 1u;
const HALF = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pair = gid.x + gid.y * groups.x * 64u;
  if (pair >= params.len) { return; }
  let row = pair / HALF;
  let i = pair % HALF;
  let turn = table[row / INNER % N * HALF + i];
  let s = select(turn.y, -turn.y, BACK == 1u);
  let at = row * 2u * HALF + i;
  let a = x[at];
  let b = x[at + HALF];
  out[at] = turn.x * a - s * b;
  out[at + HALF] = s * a + turn.x * b;
}
