// The gradient of depthwise.wgsl for x: dx[n,c,y,x] = Σ w[o,kh,kw] · d_out[n,o,oy,ox] over the outputs o of channel c and the
// positions that read x[n,c,y,x] through tap (kh, kw): oy·stride_h = y + pad_h − kh·dilation_h, ox likewise.
// An invocation makes 4 neighbouring positions of one row; SLIDE as there.
const SLIDE = 0u;

struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
}

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32, channel: u32) -> f32 { return value; }

// d_out in the row that starts at `row`, for column · stride_w = at; zero where there is none.
fn load(row: u32, at: i32) -> f32 {
  let stride = i32(params.stride_w);
  let column = at / stride;
  let inside = at >= 0 && column * stride == at && column < i32(params.out_width);
  return select(0.0, d_out[row + select(0u, u32(column), inside)], inside);
}

// The same for a stride of 1.
fn load_next(row: u32, at: i32) -> f32 {
  let inside = at >= 0 && at < i32(params.out_width);
  return select(0.0, d_out[row + select(0u, u32(at), inside)], inside);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  let fours = (params.width + 3u) / 4u;
  let x = i % fours * 4u;
  let y = i / fours % params.height;
  let plane = i / (fours * params.height);
  let c = plane % params.in_channels;
  let n = plane / params.in_channels;
  if (n >= params.batch) { return; }
  let multiplier = params.out_channels / params.in_channels;
  let stride_h = i32(params.stride_h);
  let x0 = i32(x + params.pad_w);

  var sum = vec4f();
  for (var o = c * multiplier; o < (c + 1u) * multiplier; o++) {
    for (var kh = 0u; kh < params.kernel_h; kh++) {
      let ty = i32(y + params.pad_h) - i32(kh * params.dilation_h);
      let oy = ty / stride_h;
      if (ty < 0 || oy * stride_h != ty || oy >= i32(params.out_height)) { continue; }
      let row = ((n * params.out_channels + o) * params.out_height + u32(oy)) * params.out_width;
      let w_at = (o * params.kernel_h + kh) * params.kernel_w;
      if (SLIDE == 1u) {
        var taken = vec4f(load_next(row, x0), load_next(row, x0 + 1), load_next(row, x0 + 2), load_next(row, x0 + 3));
        for (var kw = 0u; kw < params.kernel_w; kw++) {
          sum += w[w_at + kw] * taken;
          taken = vec4f(load_next(row, x0 - 1 - i32(kw)), taken.xyz);
        }
      } else {
        var at = vec4i(x0) + vec4i(0, 1, 2, 3);
        for (var kw = 0u; kw < params.kernel_w; kw++) {
          sum += w[w_at + kw] * vec4f(load(row, at.x), load(row, at.y), load(row, at.z), load(row, at.w));
          at -= i32(params.dilation_w);
        }
      }
    }
  }

  let at = (plane * params.height + y) * params.width + x;
  let count = min(4u, params.width - x);
  dx[at] = epilogue(sum.x, at, c);
  if (count > 1u) { dx[at + 1u] = epilogue(sum.y, at + 1u, c); }
  if (count > 2u) { dx[at + 2u] = epilogue(sum.z, at + 2u, c); }
  if (count > 3u) { dx[at + 3u] = epilogue(sum.w, at + 3u, c); }
}
