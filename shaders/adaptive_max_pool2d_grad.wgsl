// dx[i] = Σ d_out[o] over the bins o of adaptive_max_pool2d.wgsl whose first maximum (in row-major order) is x[i]. An element
// equal to out[o] asks whether an equal one comes before it in the bin. One invocation per element of dx.
// Sizes are constants: dividing by what is not known costs more than all the rest.
const HEIGHT = 1u;
const WIDTH = 1u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 1u;

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> d_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

// Whether x at (y, z) is the first of the bin's elements that equal its maximum.
fn is_first(plane: u32, y: u32, z: u32, oy: u32, ox: u32, largest: f32) -> bool {
  let x0 = ox * WIDTH / OUT_WIDTH;
  let x1 = ((ox + 1u) * WIDTH + OUT_WIDTH - 1u) / OUT_WIDTH;
  for (var a = oy * HEIGHT / OUT_HEIGHT; a <= y; a++) {
    let end = select(x1, z, a == y);
    for (var b = x0; b < end; b++) {
      if (x[plane + a * WIDTH + b] == largest) { return false; }
    }
  }
  return true;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let number = i / (WIDTH * HEIGHT);
  let y_end = ((y + 1u) * OUT_HEIGHT + HEIGHT - 1u) / HEIGHT;
  let x_end = ((z + 1u) * OUT_WIDTH + WIDTH - 1u) / WIDTH;
  let value = x[i];
  var total = 0.0;
  for (var oy = y * OUT_HEIGHT / HEIGHT; oy < y_end; oy++) {
    for (var ox = z * OUT_WIDTH / WIDTH; ox < x_end; ox++) {
      let o = (number * OUT_HEIGHT + oy) * OUT_WIDTH + ox;
      if (out[o] == value && is_first(number * HEIGHT * WIDTH, y, z, oy, ox, value)) { total += d_out[o]; }
    }
  }
  dx[i] = epilogue(total, i);
}
