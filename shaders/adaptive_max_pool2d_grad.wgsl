// dx[i] = Σ d_out[o] over the bins o of adaptive_max_pool2d.wgsl that have their first maximum at i, according to the codes.
// One invocation per element of dx.
// @include planes.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % WIDTH;
  let y = i / WIDTH % HEIGHT;
  let number = i / (WIDTH * HEIGHT);
  let y_end = ((y + 1u) * OUT_HEIGHT + HEIGHT - 1u) / HEIGHT;
  let x_end = ((z + 1u) * OUT_WIDTH + WIDTH - 1u) / WIDTH;
  let place = y * WIDTH + z;
  var total = 0.0;
  for (var oy = y * OUT_HEIGHT / HEIGHT; oy < y_end; oy++) {
    for (var ox = z * OUT_WIDTH / WIDTH; ox < x_end; ox++) {
      let o = (number * OUT_HEIGHT + oy) * OUT_WIDTH + ox;
      total += select(0.0, d_out[o], codes[o] == place);
    }
  }
  dx[i] = epilogue(total, i);
}
