// The gradient of upsample2d_by_four.wgsl: each element of dx gathers what it was read for, with the same weights. An invocation
// goes down a strip of dx, 4 columns wide and `rows` rows high: with each turn it reads the `factor` rows of d_out of one row of
// dx, and adds what they give to that row and to those above and below it.
const BILINEAR = 0u;
const HEIGHT = 1u;
const WIDTH = 4u;
const FACTOR_W = 1u;
const LOADS = 3u; // FACTOR_W + 2

struct Params { len: u32, rows: u32, factor: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

fn shift(b: u32, factor: u32) -> f32 {
  return select(0.0, (f32(b) + 0.5) / f32(factor) - 0.5, BILINEAR == 1u);
}

// What four columns of dx get from a row of d_out, of which vec4 `start` + 1 is the first that lies over them.
fn gathered(row: u32, z: u32) -> vec4f {
  let across = WIDTH / 4u * FACTOR_W;
  let is_first = z == 0u;
  let is_last = z + 1u == WIDTH / 4u;
  var d = array<vec4f, LOADS>();
  // @unroll
  for (var l = 0u; l < LOADS; l++) {
    let side = (l == 0u && is_first) || (l == LOADS - 1u && is_last);
    d[l] = select(d_out[row * across + select(z * FACTOR_W + l - 1u, 0u, side)], vec4f(), side);
  }
  var total = vec4f();
  // @unroll
  for (var l = 0u; l < 4u; l++) {
    // @unroll
    for (var b = 0u; b < FACTOR_W; b++) {
      let by = shift(b, FACTOR_W);
      let at = 4u + l * FACTOR_W + b;
      let own = d[at / 4u][at % 4u];
      total[l] += (1.0 - abs(by)) * own;
      if (by > 0.0) {
        total[l] += by * d[(at - FACTOR_W) / 4u][(at - FACTOR_W) % 4u];
        if (l == 3u) { total[l] += select(0.0, by * own, is_last); }
      }
      if (by < 0.0) {
        total[l] -= by * d[(at + FACTOR_W) / 4u][(at + FACTOR_W) % 4u];
        if (l == 0u) { total[l] -= select(0.0, by * own, is_first); }
      }
    }
  }
  return total;
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
  var open = vec4f(); // what the row before has got, and this one from it
  var ahead = vec4f();
  for (var y = first - i32(BILINEAR); y < end + i32(BILINEAR); y++) {
    var above = vec4f();
    var own = vec4f();
    var below = vec4f();
    if (y >= 0 && y < i32(HEIGHT)) {
      for (var a = 0u; a < params.factor; a++) {
        let four = gathered((plane * HEIGHT + u32(y)) * params.factor + a, z);
        let by = shift(a, params.factor);
        own += (1.0 - abs(by)) * four;
        above -= min(by, 0.0) * four;
        below += max(by, 0.0) * four;
      }
      if (y == 0) { own += above; }
      if (y == i32(HEIGHT) - 1) { own += below; }
    }
    let made = select(own, open + above, BILINEAR == 1u);
    let to = y - i32(BILINEAR);
    if (to >= first) {
      let at = (plane * HEIGHT + u32(to)) * across + z;
      dx[at] = epilogue(made, 4u * at);
    }
    open = own + ahead;
    ahead = below;
  }
}
