// The entry point of kernels that sum what two functions of theirs say of [count, channels], channels counted in fours, down
// its columns on devices with many lanes: `slope(row, column)`, and its products with `normalised(row, column)`. One workgroup
// takes WIDE neighbouring vec4s of columns over `chunk` rows, or what of them is left: every invocation adds up one row in
// SLICES, four of them in flight at once, and slices are joined as a tree. Neighbouring invocations read neighbouring vec4s.
// What becomes of them is for the kernel's `store_sums(at, products, sums)`.
const LANES = 256u;
const WIDE = 16u; // a power of two
const SLICES = LANES / WIDE;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

var<workgroup> product_shares: array<vec4f, LANES>;
var<workgroup> sum_shares: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group >= params.len) { return; }
  let n = params.channels;
  let tiles = (n + WIDE - 1u) / WIDE;
  let part = group / tiles;
  let own = group % tiles * WIDE + lane % WIDE;
  let column = min(own, n - 1u); // those beyond the edge repeat the last one, and are not stored
  let start = part * params.chunk;
  let end = min(start + params.chunk, params.count);
  var products = vec4f();
  var sums = vec4f();
  for (var row = start + lane / WIDE; row < end; row += 4u * SLICES) {
    let next = vec3u(row) + vec3u(1u, 2u, 3u) * SLICES;
    let near = min(next, vec3u(end - 1u));
    let inside = next < vec3u(end);
    let a = slope(row, column);
    let b = select(vec4f(), slope(near.x, column), inside.x);
    let c = select(vec4f(), slope(near.y, column), inside.y);
    let d = select(vec4f(), slope(near.z, column), inside.z);
    products += (a * normalised(row, column) + b * normalised(near.x, column))
      + (c * normalised(near.y, column) + d * normalised(near.z, column));
    sums += (a + b) + (c + d);
  }
  product_shares[lane] = products;
  sum_shares[lane] = sums;
  workgroupBarrier();
  for (var half = LANES / 2u; half >= WIDE; half /= 2u) {
    if (lane < half) {
      product_shares[lane] += product_shares[lane + half];
      sum_shares[lane] += sum_shares[lane + half];
    }
    workgroupBarrier();
  }
  if (lane < WIDE && own < n) { store_sums(part * n + column, product_shares[lane], sum_shares[lane]); }
}
