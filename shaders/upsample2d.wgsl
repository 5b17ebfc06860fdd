// out[n,c,oy,ox] = Σ x[n,c,y,z] · weight_h(oy, y) · weight_w(ox, z): the picture enlarged. An output row stands at
// s = (oy + ½)·ratio_h − ½, not below 0 (with CORNERS = 1: oy·ratio_h). BILINEAR = 1 takes the rows ⌊s⌋ and ⌊s⌋ + 1 by
// 1 − fraction and fraction; else row ⌊oy·ratio_h⌋ alone. Columns likewise. [N, C] is seen as one dimension of planes.
// One invocation per element of out.
// @include planes.wgsl
const BILINEAR = 0u;
const CORNERS = 0u;

struct Params { len: u32, ratio_h: f32, ratio_w: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

// Where output `o` stands between elements 0 … size − 1.
fn source(o: u32, ratio: f32, size: u32) -> f32 {
  let middle = select(max((f32(o) + 0.5) * ratio - 0.5, 0.0), f32(o) * ratio, CORNERS == 1u || BILINEAR == 0u);
  return min(middle, f32(size - 1u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let ox = i % OUT_WIDTH;
  let oy = i / OUT_WIDTH % OUT_HEIGHT;
  let plane = i / (OUT_WIDTH * OUT_HEIGHT) * HEIGHT * WIDTH;
  let sy = source(oy, params.ratio_h, HEIGHT);
  let sx = source(ox, params.ratio_w, WIDTH);
  let row = plane + u32(sy) * WIDTH;
  let z = u32(sx);
  if (BILINEAR == 0u) {
    out[i] = epilogue(x[row + z], i);
  } else {
    let below = plane + min(u32(sy) + 1u, HEIGHT - 1u) * WIDTH;
    let right = min(z + 1u, WIDTH - 1u);
    let upper = mix(x[row + z], x[row + right], fract(sx));
    let lower = mix(x[below + z], x[below + right], fract(sx));
    out[i] = epilogue(mix(upper, lower, fract(sy)), i);
  }
}
