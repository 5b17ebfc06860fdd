// arg_max_tree.wgsl with memory read as vec4: n is a multiple of 4, and span counts fours.
// @include best_by_tree.wgsl
// @include keys_of_four.wgsl
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LANES = 64u; // a power of two
alias T = f32;

struct Params { len: u32, n: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let base = at / params.parts * params.n;
  let start = at % params.parts * params.span;
  let last = min(start + params.span, params.n / 4u) - 1u;
  let own = min(start + lane, last);
  var key = keys_of(element(base + 4u * own));
  var found = vec4u(own);
  for (var e = start + lane + LANES; e <= last; e += 2u * LANES) {
    let next = min(e + LANES, last);
    let keys = keys_of(element(base + 4u * e));
    let next_keys = keys_of(element(base + 4u * next));
    found = select(found, vec4u(e), keys > key);
    key = max(key, keys);
    found = select(found, vec4u(next), next_keys > key);
    key = max(key, next_keys);
  }
  let places = 4u * found + vec4u(0u, 1u, 2u, 3u);
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
