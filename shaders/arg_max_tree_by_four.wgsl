// arg_max_tree.wgsl with memory read as vec4: n is a multiple of 4, and span counts fours.
// @include arg_max_tree_main.wgsl
const WIDTH = 4u;
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }

// The same of fours.
fn search(base: u32, next: u32, own: u32, last: u32) -> Found {
  var key = keys_of(element(base + 4u * own));
  var found = vec4u(own);
  for (var e = next; e <= last; e += 2u * LANES) {
    let near = min(e + LANES, last);
    let keys = keys_of(element(base + 4u * e));
    let near_keys = keys_of(element(base + 4u * near));
    found = select(found, vec4u(e), keys > key);
    key = max(key, keys);
    found = select(found, vec4u(near), near_keys > key);
    key = max(key, near_keys);
  }
  return Found(key, 4u * found + vec4u(0u, 1u, 2u, 3u));
}
