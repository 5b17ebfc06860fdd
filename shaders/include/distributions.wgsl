// Random words (threefry.wgsl) as numbers of other distributions. Made of +, ·, / and √ alone: what devices give for log, sin
// and cos differs by up to 1e-3, and random numbers shall be the same everywhere (up to rounding).

// (word + ½) / 2³²: in (0, 1], small ones with all their digits.
fn to_open_unit(word: u32) -> f32 { return (f32(word) + 0.5) * 2.3283064365386963e-10; }

// 2·atanh(s) for |s| ≤ 0.172: its series to s⁹.
fn twice_atanh(s: f32) -> f32 {
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0)))));
}

// ln x for normal x > 0: x = m · 2ᵉ with √½ ≤ m < √2, ln m = 2·atanh((m − 1) / (m + 1)).
fn natural_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x) + (0x3f800000u - 0x3f3504f3u);
  let e = f32(i32(bits >> 23u) - 127);
  let m = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u);
  return e * 0.6931471805599453 + twice_atanh((m - 1.0) / (m + 1.0));
}

// −ln(1 − v) for v = (word + ½) / 2³²: the exponential distribution, with all digits at both ends.
fn exponential(word: u32) -> f32 {
  let v = to_open_unit(word);
  if (v < 0.29) { return twice_atanh(v / (2.0 - v)); }
  return -natural_log(to_open_unit(~word));
}

// −ln(−ln(1 − v)): the Gumbel distribution (of minus its usual argument).
fn gumbel(word: u32) -> f32 { return -natural_log(exponential(word)); }

// (cos, sin) of word / 2³² turns: the quarter from the highest two bits, and the series of both from its middle on.
fn on_circle(word: u32) -> vec2f {
  let x = (f32(word & 0x3fffffffu) * 9.313225746154785e-10 - 0.5) * 1.5707963267948966;
  let q = x * x;
  let s = x * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0)))));
  let c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 - q * (1.0 / 3628800.0)))));
  let p = vec2f(c - s, c + s) * 0.7071067811865476; // by an eighth of a turn
  switch (word >> 30u) {
    case 0u: { return p; }
    case 1u: { return vec2f(-p.y, p.x); }
    case 2u: { return -p; }
    default: { return vec2f(p.y, -p.x); }
  }
}

// Two numbers of the standard normal distribution. Box and Muller 1958.
fn normal_pair(words: vec2u) -> vec2f { return sqrt(2.0 * exponential(words.x)) * on_circle(words.y); }

// The normal quantile of p where q = 1 − p, both with all their digits. √2·erf⁻¹(p − q) by Giles 2010, "Approximating the
// erfinv function", with w = −ln(4·p·q) so that neither end loses digits; good to 1e-6 up to 5 deviations.
fn normal_quantile(p: f32, q: f32) -> f32 {
  let w = -natural_log(4.0 * p * q);
  var r = 0.0;
  if (w < 5.0) {
    let t = w - 2.5;
    r = 2.81022636e-08;
    r = 3.43273939e-07 + r * t;
    r = -3.5233877e-06 + r * t;
    r = -4.39150654e-06 + r * t;
    r = 0.00021858087 + r * t;
    r = -0.00125372503 + r * t;
    r = -0.00417768164 + r * t;
    r = 0.246640727 + r * t;
    r = 1.50140941 + r * t;
  } else {
    let t = sqrt(w) - 3.0;
    r = -0.000200214257;
    r = 0.000100950558 + r * t;
    r = 0.00134934322 + r * t;
    r = -0.00367342844 + r * t;
    r = 0.00573950773 + r * t;
    r = -0.0076224613 + r * t;
    r = 0.00943887047 + r * t;
    r = 1.00167406 + r * t;
    r = 2.83297682 + r * t;
  }
  return 1.4142135623730951 * r * (p - q);
}
