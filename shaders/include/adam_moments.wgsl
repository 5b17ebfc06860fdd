// What Adam and its variants share: decay, and the moments of the gradient. The kernel binds, besides what optimizer.wgsl asks for,
//   mean, variance, parameters: array<vec4f>
// @include optimizer.wgsl
const DECOUPLED = 0u;

struct Params { len: u32, clip_value: f32, weight_decay: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, eps: f32 }

// A parameter less its decay where that is decoupled, its gradient, the learning rate, and both moments.
struct Moments { p: vec4f, g: vec4f, lr: f32, m: vec4f, v: vec4f }

// Stores the moments, too.
fn moments_of(i: u32) -> Moments {
  var p = parameters[i];
  var g = gradient(i);
  let lr = learning_rate(i);
  if (DECOUPLED == 1u) {
    p -= lr * weight_decay(i) * p;
  } else {
    g += weight_decay(i) * p;
  }
  let m = params.beta1 * mean[i] + params.rest1 * g;
  let v = params.beta2 * variance[i] + params.rest2 * g * g;
  mean[i] = m;
  variance[i] = v;
  return Moments(p, g, lr, m, v);
}
