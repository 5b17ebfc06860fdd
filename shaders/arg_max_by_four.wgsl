// arg_max.wgsl with memory read as vec4. COLUMNS 0: along the last axis (inner = 1) of n elements, a multiple of 4; an invocation
// takes a stretch of `span` neighbouring vec4s. COLUMNS 1: inner is a multiple of 4·WIDE, and an invocation finds the places of
// 4·WIDE neighbouring columns, in `span` neighbouring rows. rows, n and inner count elements.
// @include keys_of_four.wgsl
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const COLUMNS = 0u;
const PAIRS = 1u; // 0 where a row is one part: its place alone is stored
const WIDE = 1u;
alias T = f32;

struct Params { len: u32, rows: u32, n: u32, inner: u32, parts: u32, span: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }

fn store(row: u32, part: u32, key: u32, place: u32) {
  if (PAIRS == 0u) {
    out[row] = place;
  } else {
    let at = 2u * (row * params.parts + part);
    out[at] = key;
    out[at + 1u] = place;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  if (COLUMNS == 1u) {
    let across = params.rows / (4u * WIDE);
    let row = i % across * (4u * WIDE);
    let part = i / across;
    let start = part * params.span;
    let end = min(start + params.span, params.n);
    var at = row / params.inner * params.n * params.inner + row % params.inner + start * params.inner;
    var key = array<vec4u, WIDE>();
    var place = array<vec4u, WIDE>();
    for (var k = 0u; k < WIDE; k++) {
      key[k] = keys_of(element(at + 4u * k));
      place[k] = vec4u(start);
    }
    for (var e = start + 1u; e < end; e++) {
      at += params.inner;
      for (var k = 0u; k < WIDE; k++) {
        let keys = keys_of(element(at + 4u * k));
        place[k] = select(place[k], vec4u(e), keys > key[k]);
        key[k] = max(key[k], keys);
      }
    }
    for (var k = 0u; k < WIDE; k++) {
      store(row + 4u * k, part, key[k].x, place[k].x);
      store(row + 4u * k + 1u, part, key[k].y, place[k].y);
      store(row + 4u * k + 2u, part, key[k].z, place[k].z);
      store(row + 4u * k + 3u, part, key[k].w, place[k].w);
    }
  } else {
    let row = i / params.parts;
    let start = i % params.parts * params.span;
    let end = min(start + params.span, params.n / 4u);
    let base = row * params.n;
    var key = keys_of(element(base + 4u * start));
    var found = vec4u(start);
    for (var e = start + 1u; e < end; e++) {
      let keys = keys_of(element(base + 4u * e));
      found = select(found, vec4u(e), keys > key);
      key = max(key, keys);
    }
    let places = 4u * found + vec4u(0u, 1u, 2u, 3u);
    let best = max(max(key.x, key.y), max(key.z, key.w));
    let own = select(vec4u(0xffffffffu), places, key == vec4u(best));
    store(row, i % params.parts, best, min(min(own.x, own.y), min(own.z, own.w)));
  }
}
