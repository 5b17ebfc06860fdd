// What conv2d.wgsl and conv2d_grad_input.wgsl share, which make a tile of 4 channels × 4 neighbouring positions per invocation.
// @include unfolded.wgsl
struct Params {
  batch: u32, in_channels: u32, height: u32, width: u32, out_channels: u32, out_height: u32, out_width: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_h: u32, pad_w: u32, dilation_h: u32, dilation_w: u32,
  groups: u32,
}

// Stores the first `count` sums of each of the first `channels` channels, of `positions` each; the first one's lie from `at` on.
fn store_tile(at: u32, positions: u32, count: u32, channel: u32, channels: u32, sums: mat4x4f) {
  store(at, count, sums[0], channel);
  if (channels > 1u) { store(at + positions, count, sums[1], channel + 1u); }
  if (channels > 2u) { store(at + 2u * positions, count, sums[2], channel + 2u); }
  if (channels > 3u) { store(at + 3u * positions, count, sums[3], channel + 3u); }
}

fn store(at: u32, count: u32, values: vec4f, channel: u32) {
  put(at, epilogue(values.x, at, channel));
  if (count > 1u) { put(at + 1u, epilogue(values.y, at + 1u, channel)); }
  if (count > 2u) { put(at + 2u, epilogue(values.z, at + 2u, channel)); }
  if (count > 3u) { put(at + 3u, epilogue(values.w, at + 3u, channel)); }
}
