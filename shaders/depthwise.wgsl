// conv2d.wgsl where each group has one input channel: out[n,o,oy,ox] = Σ w[o,kh,kw] · x[n,c,y,x], c = ⌊o / (O/C)⌋,
// y = oy·stride_h − pad_h + kh·dilation_h, x likewise, zero outside of x. NCHW, f32 throughout.
// An invocation makes 4 neighbouring positions of one row. With SLIDE = 1 (stride_w and dilation_w are 1) it keeps the row's
// 4 values of one tap, and loads one more for the next.
const SLIDE = 0u;

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }

// x at a column of the row that starts at `row`, zero outside.
fn load(row: u32, column: i32) -> f32 {
  let inside = column >= 0 && column < i32(params.width);
  return select(0.0, x[row + select(0u, u32(column), inside)], inside);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  let fours = (params.out_width + 3u) / 4u;
  let ox = i % fours * 4u;
  let oy = i / fours % params.out_height;
  let plane = i / (fours * params.out_height);
  let o = plane % params.out_channels;
  let n = plane / params.out_channels;
  if (n >= params.batch) { return; }
  let c = o / (params.out_channels / params.in_channels);
  let first_row = (n * params.in_channels + c) * params.height;
  let y0 = i32(oy * params.stride_h) - i32(params.pad_h);
  let x0 = i32(ox * params.stride_w) - i32(params.pad_w);
  let steps = vec4i(0, 1, 2, 3) * i32(params.stride_w);

  var sum = vec4f();
  for (var kh = 0u; kh < params.kernel_h; kh++) {
    let y = y0 + i32(kh * params.dilation_h);
    if (y < 0 || y >= i32(params.height)) { continue; }
    let row = (first_row + u32(y)) * params.width;
    let w_at = (o * params.kernel_h + kh) * params.kernel_w;
    if (SLIDE == 1u) {
      var taken = vec4f(load(row, x0), load(row, x0 + 1), load(row, x0 + 2), load(row, x0 + 3));
      for (var kw = 0u; kw < params.kernel_w; kw++) {
        sum += w[w_at + kw] * taken;
        taken = vec4f(taken.yzw, load(row, x0 + 4 + i32(kw)));
      }
    } else {
      var at = vec4i(x0) + steps;
      for (var kw = 0u; kw < params.kernel_w; kw++) {
        sum += w[w_at + kw] * vec4f(load(row, at.x), load(row, at.y), load(row, at.z), load(row, at.w));
        at += i32(params.dilation_w);
      }
    }
  }

  let at = (plane * params.out_height + oy) * params.out_width + ox;
  let count = min(4u, params.out_width - ox);
  out[at] = epilogue(sum.x, at, o);
  if (count > 1u) { out[at + 1u] = epilogue(sum.y, at + 1u, o); }
  if (count > 2u) { out[at + 2u] = epilogue(sum.z, at + 2u, o); }
  if (count > 3u) { out[at + 3u] = epilogue(sum.w, at + 3u, o); }
}
