// softmax_cross_entropy.wgsl for labels that are classes, without smoothing, of 4·QUADS classes: few enough for an invocation to
// hold a row. It reads the row once, as vec4s, and takes each power once. For devices with few lanes.
// @include cross_entropy_of_row_main.wgsl
const QUADS = 8u;
const CLASSES = 4u * QUADS;

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

fn four_of(row: u32, q: u32) -> vec4f { return lifted_four(logits[row * QUADS + q], -1e38); }
fn logit_of(row: u32, label: u32) -> f32 { return logits[row * QUADS + label / 4u][label % 4u]; }
fn store(row: u32, q: u32, four: vec4f) { d_logits[row * QUADS + q] = four; }
