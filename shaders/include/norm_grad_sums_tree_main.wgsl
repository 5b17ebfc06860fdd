// The entry point of norm_grad_sums_tree.wgsl and norm_grad_sums_tree_by_four.wgsl.
// @include sums_of_lanes.wgsl
const R1 = 1u;
const LANES = 64u; // a power of two

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

// Σ d_out and Σ d_out · (x − mean) of what is inside, in four parts.
struct Sums { sums: vec4f, products: vec4f }

fn place(e: u32, o: u32) -> u32 { return (e / R1 * params.channels + o) * R1 + e % R1; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let own_mean = mean[o];
  var own_sums = vec4f();
  var own_products = vec4f();
  for (var e = start + lane; e < end; e += 4u * LANES) {
    let along = vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES;
    let inside = along < vec4u(end);
    let near = min(along, vec4u(end - 1u));
    let at = vec4u(place(near.x, o), place(near.y, o), place(near.z, o), place(near.w, o));
    let more = sums_of(at, inside, own_mean);
    own_sums += more.sums;
    own_products += more.products;
  }
  let pairs = own_sums.xy + own_sums.zw;
  let product_pairs = own_products.xy + own_products.zw;
  let both = sums_of_lanes(vec2f(pairs.x + pairs.y, product_pairs.x + product_pairs.y), lane);
  if (lane == 0u) {
    sums[i] = both.x;
    products[i] = both.y * rstd[o];
  }
}
