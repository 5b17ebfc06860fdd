// arg_max.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup per row, or one of its `parts`, of `span`
// neighbours or what is left of them. Neighbouring lanes read neighbouring elements. The last element is read for those behind it,
// which changes nothing.
// @include arg_max_tree_main.wgsl
const WIDTH = 1u;
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> T { return x[i]; }

// Element `own` of a row that begins at base, and each LANES-th from `next` up to `last`.
fn search(base: u32, next: u32, own: u32, last: u32) -> Found {
  var key = keys_of(vec4<T>(element(base + own)));
  var places = vec4u(own);
  for (var e = next; e <= last; e += 4u * LANES) {
    let near = min(vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES, vec4u(last));
    let four = vec4<T>(element(base + near.x), element(base + near.y), element(base + near.z), element(base + near.w));
    let keys = keys_of(four);
    places = select(places, near, keys > key);
    key = max(key, keys);
  }
  return Found(key, places);
}
