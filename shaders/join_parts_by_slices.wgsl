// Two sums over the same number of parts in one launch, as in shaders/join_parts.wgsl, for devices with many lanes and for many
// parts: first[i] = Σ_p a[p, i] and second[i] = Σ_p b[p, i], a being [parts, size0] and b [parts, size1].
// A workgroup makes LANES neighbouring results, those of `first` before those of `second`. Each is the sum of SLICES invocations,
// which take every SLICES-th part, four parts at a time so that loads are in flight together. f32, in a fixed order.
const LANES = 32u;
const SLICES = 8u;

struct Params { parts: u32, size0: u32, size1: u32 }

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> slices: array<f32, SLICES * LANES>;

@compute @workgroup_size(LANES, SLICES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let i = (id.x + id.y * count.x) * LANES + local.x;
  var four = vec4f();
  if (i < params.size0) {
    let step = SLICES * params.size0;
    var at = local.y * params.size0 + i;
    var p = local.y;
    for (; p + 3u * SLICES < params.parts; p += 4u * SLICES) {
      four += vec4f(a[at], a[at + step], a[at + 2u * step], a[at + 3u * step]);
      at += 4u * step;
    }
    for (; p < params.parts; p += SLICES) {
      four.x += a[at];
      at += step;
    }
  } else if (i < params.size0 + params.size1) {
    let step = SLICES * params.size1;
    var at = local.y * params.size1 + i - params.size0;
    var p = local.y;
    for (; p + 3u * SLICES < params.parts; p += 4u * SLICES) {
      four += vec4f(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step]);
      at += 4u * step;
    }
    for (; p < params.parts; p += SLICES) {
      four.x += b[at];
      at += step;
    }
  }
  slices[local.y * LANES + local.x] = (four.x + four.y) + (four.z + four.w);
  workgroupBarrier();
  if (local.y == 0u) {
    var total = 0.0;
    for (var s = 0u; s < SLICES; s++) { total += slices[s * LANES + local.x]; }
    if (i < params.size0) {
      first[i] = total;
    } else if (i < params.size0 + params.size1) {
      second[i - params.size0] = total;
    }
  }
}
