// arg_max.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup a row, or one of its `parts`, of `span`
// neighbours or what is left of them. Neighbouring lanes read neighbouring elements. The last element is read for those behind it,
// which changes nothing.
// @include best_by_tree.wgsl
// @include keys_of_four.wgsl
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LANES = 64u; // a power of two
alias T = f32;

struct Params { len: u32, n: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> T { return x[i]; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let base = at / params.parts * params.n;
  let start = at % params.parts * params.span;
  let last = min(start + params.span, params.n) - 1u;
  let own = min(start + lane, last);
  let first = vec4<T>(element(base + own));
  var key = keys_of(first);
  var places = vec4u(own);
  for (var e = start + lane + LANES; e <= last; e += 4u * LANES) {
    let near = min(vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES, vec4u(last));
    let four = vec4<T>(element(base + near.x), element(base + near.y), element(base + near.z), element(base + near.w));
    let keys = keys_of(four);
    places = select(places, near, keys > key);
    key = max(key, keys);
  }
  let left = better(vec2u(key.x, places.x), vec2u(key.y, places.y));
  let right = better(vec2u(key.z, places.z), vec2u(key.w, places.w));
  let result = best_by_tree(better(left, right), lane);
  if (lane == 0u) {
    if (params.parts == 1u) {
      out[at] = result.y;
    } else {
      out[2u * at] = result.x;
      out[2u * at + 1u] = result.y;
    }
  }
}
