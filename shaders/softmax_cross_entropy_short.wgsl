// softmax_cross_entropy_by_four.wgsl for any number of classes: they are read and their gradients written one by one.
// @include cross_entropy_of_row_main.wgsl
const CLASSES = 10u;
const QUADS = 3u; // fours that hold them

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn four_of(row: u32, q: u32) -> vec4f {
  let c = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
  let i = vec4u(row * CLASSES) + min(c, vec4u(CLASSES - 1u));
  let four = lifted_four(vec4f(logits[i.x], logits[i.y], logits[i.z], logits[i.w]), -1e38);
  return select(vec4f(-3e38), four, c < vec4u(CLASSES)); // elements beyond the row get the power 0
}

fn logit_of(row: u32, label: u32) -> f32 { return logits[row * CLASSES + label]; }

fn store(row: u32, q: u32, four: vec4f) {
  let start = row * CLASSES;
  let c = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
  d_logits[start + c.x] = four.x;
  if (c.y < CLASSES) { d_logits[start + c.y] = four.y; }
  if (c.z < CLASSES) { d_logits[start + c.z] = four.z; }
  if (c.w < CLASSES) { d_logits[start + c.w] = four.w; }
}
