// What gates and states of recurrent cells go through. The clamps keep e⁻ᶻ finite, and tanh a number on all devices; a NaN
// stays one, by its bits: a clamp may make a number of it.
// @include no_number.wgsl
fn sigmoid(z: f32) -> f32 { return select(1.0 / (1.0 + exp(-clamp(z, -80.0, 80.0))), z, is_no_number(z)); }
fn hyperbolic_tangent(z: f32) -> f32 { return select(tanh(clamp(z, -15.0, 15.0)), z, is_no_number(z)); }
