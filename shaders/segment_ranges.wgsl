// The entries of an index list, ordered by the row they name and within it by place: order[ends[t − 1] … ends[t] − 1] are
// those that name row t. Row (o, v, r) of [O, n, R] is named by an entry (o, j, r) of [O, m, R] whose index is v; entries
// whose index is `skip`, or names no row, are left out. A stable counting sort, for devices with few lanes.
// An invocation places the entries of `each` neighbouring rows: it looks through the list, counts those of its rows and of all
// before them, and looks through it again. What names its rows is noted for 32 entries at a time before it is dealt with: few do,
// and software adapters pass through a branch that nobody takes.
const PLAIN = 0u; // 1 where O = R = 1
const NONE = 4294967295u;

struct Params { len: u32, each: u32, entries: u32, targets: u32, n: u32, m: u32, inner: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> ends: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

// The rows that four entries name.
fn rows_of(q: u32) -> vec4u {
  let named = index[q];
  let entry = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
  let counts = (named < vec4u(params.n)) & (named != vec4u(params.skip)) & (entry < vec4u(params.entries));
  var row = named;
  if (PLAIN == 0u) { row = (entry / params.inner / params.m * params.n + named) * params.inner + entry % params.inner; }
  return select(vec4u(NONE), row, counts);
}

// Which of 32 entries name rows from first to last: bits of x. How many name earlier ones: y.
fn look(start: u32, first: u32, last: u32) -> vec2u {
  var hits = 0u;
  var before = vec4u();
  for (var q = start / 4u; q < min(start + 32u, params.entries + 3u) / 4u; q++) {
    let row = rows_of(q);
    before += select(vec4u(), vec4u(1u), row < vec4u(first));
    let bits = select(vec4u(), vec4u(1u, 2u, 4u, 8u), (row >= vec4u(first)) & (row < vec4u(last)));
    hits |= (bits.x | bits.y | bits.z | bits.w) << (4u * q - start);
  }
  return vec2u(hits, before.x + before.y + before.z + before.w);
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.len) { return; }
  let first = gid.x * params.each;
  let last = min(first + params.each, params.targets);
  for (var t = first; t < last; t++) { ends[t] = 0u; }
  var place = 0u;
  for (var start = 0u; start < params.entries; start += 32u) {
    let seen = look(start, first, last);
    place += seen.y;
    for (var hits = seen.x; hits != 0u; hits &= hits - 1u) {
      let e = start + firstTrailingBit(hits);
      ends[rows_of(e / 4u)[e % 4u]] += 1u;
    }
  }
  for (var t = first; t < last; t++) {
    let count = ends[t];
    ends[t] = place;
    place += count;
  }
  // Each start moves on to the end of its row as the row fills.
  for (var start = 0u; start < params.entries; start += 32u) {
    for (var hits = look(start, first, last).x; hits != 0u; hits &= hits - 1u) {
      let e = start + firstTrailingBit(hits);
      let t = rows_of(e / 4u)[e % 4u];
      order[ends[t]] = e;
      ends[t] += 1u;
    }
  }
}
