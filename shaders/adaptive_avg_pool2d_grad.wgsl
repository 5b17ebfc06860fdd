// dx[n,c,y,x] = Σ d_out[o] / size of bin o over the bins of adaptive_avg_pool2d.wgsl that contain the element: in y those from
// ⌊y·OH/H⌋ to ⌈(y + 1)·OH/H⌉ − 1. One invocation per element of dx.
// @include planes.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

// How many elements bin o of `bins` over `size` elements holds.
fn bin_size(o: u32, size: u32, bins: u32) -> u32 {
  return ((o + 1u) * size + bins - 1u) / bins - o * size / bins;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let plane = i / (WIDTH * HEIGHT) * OUT_HEIGHT * OUT_WIDTH;
  let y_end = ((y + 1u) * OUT_HEIGHT + HEIGHT - 1u) / HEIGHT;
  let x_end = ((z + 1u) * OUT_WIDTH + WIDTH - 1u) / WIDTH;
  var total = 0.0;
  for (var oy = y * OUT_HEIGHT / HEIGHT; oy < y_end; oy++) {
    let rows = bin_size(oy, HEIGHT, OUT_HEIGHT);
    for (var ox = z * OUT_WIDTH / WIDTH; ox < x_end; ox++) {
      let size = rows * bin_size(ox, WIDTH, OUT_WIDTH);
      total += d_out[plane + oy * OUT_WIDTH + ox] / f32(size);
    }
  }
  dx[i] = epilogue(total, i);
}
