// upsample2d.wgsl for whole factors, where rows of x are a multiple of 4 wide. Output FACTOR·i + b stands shift(b) beyond the
// middle of element i; beyond the picture lie its nearest elements. An invocation goes down a strip of x, 4 columns wide and `rows`
// rows high: it reads a row of it and, with BILINEAR = 1, its neighbours, and makes what out has of it, `factor` rows.
const BILINEAR = 0u;
const HEIGHT = 1u;
const WIDTH = 4u;
const FACTOR_W = 1u;

struct Params { len: u32, rows: u32, factor: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

fn shift(b: u32, factor: u32) -> f32 { return (f32(b) + 0.5) / f32(factor) - 0.5; }

// What stands `by` beyond `middle`.
fn between(before: f32, middle: f32, behind: f32, by: f32) -> f32 {
  return mix(middle, select(behind, before, by < 0.0), abs(by));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = WIDTH / 4u;
  let down = (HEIGHT + params.rows - 1u) / params.rows;
  let z = i % across;
  let first = i32(i / across % down * params.rows);
  let plane = i / across / down;
  let end = min(first + i32(params.rows), i32(HEIGHT));
  var above = array<vec4f, FACTOR_W>(); // rows of x, enlarged
  var own = array<vec4f, FACTOR_W>();
  var below = array<vec4f, FACTOR_W>();
  for (var y = first - i32(BILINEAR); y < end + i32(BILINEAR); y++) {
    let start = (plane * HEIGHT + u32(clamp(y, 0, i32(HEIGHT) - 1))) * across;
    let four = x[start + z];
    var near = array<f32, 6>(four.x, four.x, four.y, four.z, four.w, four.w);
    if (BILINEAR == 1u) {
      near[0] = select(x[start + max(z, 1u) - 1u].w, four.x, z == 0u);
      near[5] = select(x[start + min(z + 1u, across - 1u)].x, four.w, z + 1u == across);
    }
    // @unroll
    for (var f = 0u; f < FACTOR_W; f++) {
      above[f] = own[f];
      own[f] = below[f];
      // @unroll
      for (var l = 0u; l < 4u; l++) {
        let at = (4u * f + l) / FACTOR_W;
        let by = select(0.0, shift((4u * f + l) % FACTOR_W, FACTOR_W), BILINEAR == 1u);
        below[f][l] = between(near[at], near[at + 1u], near[at + 2u], by);
      }
    }
    if (BILINEAR == 1u && y <= first) { continue; }
    let made = u32(y) - BILINEAR;
    for (var a = 0u; a < params.factor; a++) {
      let row = ((plane * HEIGHT + made) * params.factor + a) * across * FACTOR_W + z * FACTOR_W;
      let by = shift(a, params.factor);
      // @unroll
      for (var f = 0u; f < FACTOR_W; f++) {
        let joined = mix(own[f], select(below[f], above[f], by < 0.0), abs(by));
        out[row + f] = epilogue(select(below[f], joined, BILINEAR == 1u), 4u * (row + f));
      }
    }
  }
}
