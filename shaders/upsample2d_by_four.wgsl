// upsample2d.wgsl for whole factors, where rows of x are a multiple of 4 wide. Output FACTOR·i + b stands shift(b) beyond the
// middle of element i; beyond the picture lie its nearest elements. One invocation makes 4·FACTOR_W columns and `factor` rows of
// out, from a vec4 of x and, with BILINEAR = 1, its neighbours.
const BILINEAR = 0u;
const HEIGHT = 1u;
const WIDTH = 4u;
const FACTOR_W = 1u;
const LINES = 1u; // of x that are read: 3 with BILINEAR = 1
const SIZE = 1u; // LINES · FACTOR_W

struct Params { len: u32, factor: u32 } // of rows; no constant, so that no driver writes the loop over them out

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
  let z = i % across;
  let y = i / across % HEIGHT;
  let plane = i / (across * HEIGHT);
  var wide = array<vec4f, SIZE>(); // the lines, enlarged
  // @unroll
  for (var line = 0u; line < LINES; line++) {
    let row = u32(clamp(i32(y + line) - i32(LINES / 2u), 0, i32(HEIGHT) - 1));
    let start = (plane * HEIGHT + row) * across;
    let four = x[start + z];
    var near = array<f32, 6>(four.x, four.x, four.y, four.z, four.w, four.w);
    if (BILINEAR == 1u) {
      near[0] = select(x[start + max(z, 1u) - 1u].w, four.x, z == 0u);
      near[5] = select(x[start + min(z + 1u, across - 1u)].x, four.w, z + 1u == across);
    }
    // @unroll
    for (var f = 0u; f < FACTOR_W; f++) {
      // @unroll
      for (var l = 0u; l < 4u; l++) {
        let at = (4u * f + l) / FACTOR_W;
        let by = shift((4u * f + l) % FACTOR_W, FACTOR_W);
        if (BILINEAR == 1u) {
          wide[line * FACTOR_W + f][l] = between(near[at], near[at + 1u], near[at + 2u], by);
        } else {
          wide[line * FACTOR_W + f][l] = near[at + 1u];
        }
      }
    }
  }
  for (var a = 0u; a < params.factor; a++) {
    let row = ((plane * HEIGHT + y) * params.factor + a) * across * FACTOR_W + z * FACTOR_W;
    let by = shift(a, params.factor);
    // @unroll
    for (var f = 0u; f < FACTOR_W; f++) {
      var value = wide[LINES / 2u * FACTOR_W + f];
      if (BILINEAR == 1u) {
        value = mix(value, select(wide[(LINES - 1u) * FACTOR_W + f], wide[f], by < 0.0), abs(by));
      }
      out[row + f] = epilogue(value, 4u * (row + f));
    }
  }
}
