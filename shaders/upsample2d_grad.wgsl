// The gradient of upsample2d.wgsl: dx[n,c,y,z] = Σ d_out[n,c,oy,ox] · weight_h(oy, y) · weight_w(ox, z), gathered over the
// outputs near the element's own place; the weight says of each whether it read the element, by the same arithmetic.
// One invocation per element of dx.
// @include planes.wgsl
const BILINEAR = 0u;
const CORNERS = 0u;

struct Params { len: u32, ratio_h: f32, ratio_w: f32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

fn source(o: u32, ratio: f32, size: u32) -> f32 {
  let middle = select(max((f32(o) + 0.5) * ratio - 0.5, 0.0), f32(o) * ratio, CORNERS == 1u || BILINEAR == 0u);
  return min(middle, f32(size - 1u));
}

// By how much output `o` reads element `i`.
fn weight(o: u32, i: u32, ratio: f32, size: u32) -> f32 {
  let s = source(o, ratio, size);
  let first = u32(s);
  if (BILINEAR == 0u) { return select(0.0, 1.0, first == i); }
  let second = min(first + 1u, size - 1u);
  return select(0.0, 1.0 - fract(s), first == i) + select(0.0, fract(s), second == i);
}

// The first output that may read element `i`, and the one after the last. Elements at the borders also stand for what lies beyond.
fn readers(i: u32, ratio: f32, size: u32, outs: u32) -> vec2u {
  if (ratio == 0.0) { return vec2u(0u, outs); }
  let first = max(floor((f32(i) - 1.0) / ratio) - 1.0, 0.0);
  let end = ceil((f32(i) + 1.5) / ratio) + 1.0;
  return vec2u(min(u32(first), outs), select(min(u32(end), outs), outs, i + 1u == size));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let plane = i / (WIDTH * HEIGHT) * OUT_HEIGHT;
  let rows = readers(y, params.ratio_h, HEIGHT, OUT_HEIGHT);
  let columns = readers(z, params.ratio_w, WIDTH, OUT_WIDTH);
  var total = 0.0;
  for (var oy = rows.x; oy < rows.y; oy++) {
    let by_row = weight(oy, y, params.ratio_h, HEIGHT);
    if (by_row == 0.0) { continue; }
    var row_total = 0.0;
    for (var ox = columns.x; ox < columns.y; ox++) {
      row_total += weight(ox, z, params.ratio_w, WIDTH) * d_out[(plane + oy) * OUT_WIDTH + ox];
    }
    total += by_row * row_total;
  }
  dx[i] = epilogue(total, i);
}
