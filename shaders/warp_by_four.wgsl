// warp.wgsl where rows of out are a multiple of 4 wide, for devices with few lanes. One invocation makes four
// columns of a plane, `rows` rows of them.
// @include planes.wgsl
const BILINEAR = 0u;
const EDGE = 0u;
const CHANNELS = 1u;

struct Params { len: u32, rows: u32, cut: u32, fill: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> placement: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

fn pixels(plane: u32, row: vec4i, column: vec4i) -> vec4f {
  let y = clamp(row, vec4i(), vec4i(i32(HEIGHT) - 1));
  let z = clamp(column, vec4i(), vec4i(i32(WIDTH) - 1));
  let at = vec4u(plane * HEIGHT * WIDTH) + vec4u(y) * WIDTH + vec4u(z);
  let found = vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
  if (EDGE == 1u) { return found; }
  return select(vec4f(params.fill), found, (y == row) & (z == column));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = OUT_WIDTH / 4u;
  let down = (OUT_HEIGHT + params.rows - 1u) / params.rows;
  let z = vec4u(4u * (i % across)) + vec4u(0u, 1u, 2u, 3u);
  let start = i / across % down * params.rows;
  let plane = i / across / down;
  let first = placement[2u * (plane / CHANNELS)]; // a, b, c, d
  let second = placement[2u * (plane / CHANNELS) + 1u]; // e, f, top, left
  let cut = i32(params.cut);
  let cut_z = vec4i(z) - i32(second.w);
  let is_column_cut = (cut_z >= vec4i()) & (cut_z < vec4i(cut));
  for (var y = start; y < min(start + params.rows, OUT_HEIGHT); y++) {
    let column = first.x * vec4f(z) + first.y * f32(y) + first.z;
    let row = first.w * vec4f(z) + second.x * f32(y) + second.y;
    var value: vec4f;
    if (BILINEAR == 0u) {
      value = pixels(plane, vec4i(round(row)), vec4i(round(column)));
    } else {
      let above = vec4i(floor(row));
      let left = vec4i(floor(column));
      let across = column - floor(column);
      let upper = mix(pixels(plane, above, left), pixels(plane, above, left + 1), across);
      let lower = mix(pixels(plane, above + 1, left), pixels(plane, above + 1, left + 1), across);
      value = mix(upper, lower, row - floor(row));
    }
    let cut_y = i32(y) - i32(second.z);
    let is_row_cut = cut_y >= 0 && cut_y < cut;
    let at = (plane * OUT_HEIGHT + y) * across + i % across;
    out[at] = epilogue(select(value, vec4f(params.fill), is_column_cut & vec4<bool>(is_row_cut)), 4u * at);
  }
}
