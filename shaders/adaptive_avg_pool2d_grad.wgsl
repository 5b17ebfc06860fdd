// dx[n,c,y,x] = Σ d_out[o] / size of bin o over the bins of adaptive_avg_pool2d.wgsl that contain the element: in y those from
// ⌊y·OH/H⌋ to ⌈(y + 1)·OH/H⌉ − 1. One invocation per element of dx.
struct Params { len: u32, height: u32, width: u32, out_height: u32, out_width: u32 }

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
  let z = i % params.width;
  let y = i / params.width % params.height;
  let plane = i / (params.width * params.height) * params.out_height * params.out_width;
  let y_end = ((y + 1u) * params.out_height + params.height - 1u) / params.height;
  let x_end = ((z + 1u) * params.out_width + params.width - 1u) / params.width;
  var total = 0.0;
  for (var oy = y * params.out_height / params.height; oy < y_end; oy++) {
    let rows = bin_size(oy, params.height, params.out_height);
    for (var ox = z * params.out_width / params.width; ox < x_end; ox++) {
      let size = rows * bin_size(ox, params.width, params.out_width);
      total += d_out[plane + oy * params.out_width + ox] / f32(size);
    }
  }
  dx[i] = epilogue(total, i);
}
