enable subgroups;

// softmax.wgsl along the last axis, of n = 4·quads elements, by subgroups: a workgroup is one subgroup and makes `each` rows,
// its lanes reading neighbouring vec4s, four at a time. For the devices of matmul_subgroup.wgsl, where loads are dear and
// barriers dearer.
const LOG = 0u;
const LANES = 8u; // the device's subgroup size

struct Params { rows: u32, quads: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  for (var row = first; row < last; row++) {
    let start = row * params.quads;
    let end = start + params.quads;
    // Maximum and sum from one reading: what was summed so far is scaled where the maximum grows. Kept finite, so that
    // ∞ − ∞ does not occur: a row of −∞ alone has a sum of 0, and makes NaNs.
    var most = vec4f(-3.4e38);
    var shares = vec4f();
    for (var i = start + lane; i < end; i += 4u * LANES) {
      let at = vec3u(i) + vec3u(1u, 2u, 3u) * LANES;
      let near = min(at, vec3u(end - 1u));
      let inside = vec3f(at < vec3u(end));
      let a = x[i];
      let b = x[near.x];
      let c = x[near.y];
      let d = x[near.z];
      let before = most;
      most = max(max(most, max(a, b)), max(c, d));
      shares = shares * exp(before - most) + exp(a - most);
      shares += inside.x * exp(b - most) + inside.y * exp(c - most) + inside.z * exp(d - most);
    }
    let two = max(most.xy, most.zw);
    let largest = subgroupMax(max(two.x, two.y));
    shares *= exp(most - largest);
    let pairs = shares.xy + shares.zw;
    let total = subgroupAdd(pairs.x + pairs.y);
    // Subtracted one after the other: the sum of both would be rounded to the size of the larger.
    let shift = log(total);
    for (var i = start + lane; i < end; i += LANES) {
      if (LOG == 1u) {
        out[i] = (x[i] - largest) - shift;
      } else {
        out[i] = exp(x[i] - largest) / total;
      }
    }
  }
}
