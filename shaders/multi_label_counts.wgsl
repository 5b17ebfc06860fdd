// counts[l] += (true positives, false positives, false negatives, true negatives) of label l over the rows of scores and
// labels [rows, n]. Predicted is a label whose score is above the threshold; it holds where its number is not 0, or with
// FLOAT = 1 above 0.5. Invocation (l, part) counts every parts-th row; integers, so the order of additions does not matter.
const FLOAT = 0u;

struct Params { rows: u32, n: u32, parts: u32, threshold: f32 }

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // with FLOAT = 1 the bits of f32
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> params: Params;

fn holds(i: u32) -> bool {
  if (FLOAT == 1u) { return bitcast<f32>(labels[i]) > 0.5; }
  return labels[i] != 0u;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.n || gid.y >= params.parts) { return; }
  var sums = vec4u();
  for (var row = gid.y; row < params.rows; row += params.parts) {
    let i = row * params.n + gid.x;
    let is_predicted = scores[i] > params.threshold;
    let is_true = holds(i);
    sums += select(
      select(vec4u(0u, 0u, 0u, 1u), vec4u(0u, 0u, 1u, 0u), is_true),
      select(vec4u(0u, 1u, 0u, 0u), vec4u(1u, 0u, 0u, 0u), is_true),
      is_predicted,
    );
  }
  let at = gid.x * 4u;
  atomicAdd(&counts[at], sums.x);
  atomicAdd(&counts[at + 1u], sums.y);
  atomicAdd(&counts[at + 2u], sums.z);
  atomicAdd(&counts[at + 3u], sums.w);
}
