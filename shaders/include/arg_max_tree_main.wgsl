// The entry point of arg_max_tree.wgsl and arg_max_tree_by_four.wgsl, which read WIDTH elements at a time.
// @include best_by_tree.wgsl
// @include keys_of_four.wgsl
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LANES = 64u; // a power of two

struct Params { len: u32, n: u32, parts: u32, span: u32 }

// The best of what an invocation has seen, in four parts.
struct Found { keys: vec4u, places: vec4u }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let base = at / params.parts * params.n;
  let start = at % params.parts * params.span;
  let last = min(start + params.span, params.n / WIDTH) - 1u;
  let own = min(start + lane, last);
  let found = search(base, start + lane + LANES, own, last);
  let left = better(vec2u(found.keys.x, found.places.x), vec2u(found.keys.y, found.places.y));
  let right = better(vec2u(found.keys.z, found.places.z), vec2u(found.keys.w, found.places.w));
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
