// out[i] ~ Beta(α, α), for any α > 0, exactly and without rejection:
//   Y = ½ + ½·√(1 − U^(2/(2α+1)))·cos(2πV) is Beta(α + 1, α + 1) (Ulrich 1984),
//   and with two more uniform numbers Y·P^(1/α) / (Y·P^(1/α) + (1 − Y)·Q^(1/α)) is Beta(α, α), because a gamma variable of
//   shape α is one of shape α + 1 times U^(1/α), and Y is the share of one of two such (Devroye 1986, IX.3 and IX.4).
// The share is the sigmoid of logit(Y) + (ln P − ln Q) / α, which nothing overflows in.
// power = 2 / (2α + 1). Element i takes words 4·i … 4·i + 3; state = (seed, step). One element per invocation.
// @include threefry.wgsl
// @include distributions.wgsl
struct Params { len: u32, stream: u32, alpha: f32, power: f32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

// 1 − e⁻ᵗ for t ≥ 0, with all digits where t is small.
fn one_minus_exp(t: f32) -> f32 {
  if (t > 0.3) { return 1.0 - exp(-min(t, 80.0)); }
  return t * (1.0 - t / 2.0 * (1.0 - t / 3.0 * (1.0 - t / 4.0 * (1.0 - t / 5.0 * (1.0 - t / 6.0)))));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let words = four_words(vec2u(state[0], params.stream), i, state[1]);
  let radius = sqrt(one_minus_exp(params.power * exponential(words.x)));
  let y = clamp(radius * on_circle(words.y).x, -0.9999999, 0.9999999);
  let logit = natural_log((1.0 + y) / (1.0 - y)) + (exponential(words.w) - exponential(words.z)) / params.alpha;
  out[i] = 1.0 / (1.0 + exp(clamp(-logit, -80.0, 80.0)));
}
