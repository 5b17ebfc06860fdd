// The gradients of the cells of recurrence.wgsl, unit by unit, with the constants, bindings and params of recurrence_grad.wgsl.
fn hyperbolic_tangent(z: f32) -> f32 { return tanh(clamp(z, -15.0, 15.0)); }
fn place(t: u32, row: u32) -> u32 { return t * params.step_stride + row * params.row_stride; }

// What a unit's cell reads that does not depend on the products.
struct Given {
  parts: vec4f, // of what was saved
  fifth: f32,
  d_out: f32,
  dh: f32, // what the step made before hands on, or the gradient of the last state
  dc: f32,
}

// Of unit u at step t; `step` beyond the first wants what is handed on alone.
fn given_of(row: u32, u: u32, step: u32, t: u32) -> Given {
  let n = params.hidden;
  let carry = row * n + u;
  let carry_c = carry + params.batch * n;
  var given = Given();
  if (step == 0u) {
    if (D_FINAL == 1u) {
      given.dh = d_final[carry];
      if (CELL == 0u) { given.dc = d_final[carry_c]; }
    }
  } else {
    if (CELL == 1u || LENGTHS == 1u) { given.dh = d_initial[carry]; }
    if (CELL == 0u) { given.dc = d_initial[carry_c]; }
  }
  if (step < params.steps) {
    let at = place(t, row);
    let source = at * SAVED * n + u;
    given.parts.x = saved[source];
    if (CELL < 2u) {
      given.parts = vec4f(given.parts.x, saved[source + n], saved[source + 2u * n], saved[source + 3u * n]);
      given.fifth = saved[source + 4u * n];
    }
    if (D_OUT == 1u) { given.d_out = d_out[at * n + u]; }
  }
  return given;
}

// Gradients of the gates of unit u at step t, from the products with those of the step after it.
fn finish(row: u32, u: u32, step: u32, t: u32, products: f32) -> vec4f {
  return finish_given(row, u, step, t, products, given_of(row, u, step, t));
}

fn finish_given(row: u32, u: u32, step: u32, t: u32, products: f32, given: Given) -> vec4f {
  let n = params.hidden;
  let carry = row * n + u;
  let carry_c = carry + params.batch * n;
  var dh = given.dh + select(products, 0.0, step == 0u);
  if (step == params.steps) {
    d_initial[carry] = dh;
    return vec4f();
  }
  let to = place(t, row) * GATES * n + u;
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  let left = select(dh, 0.0, valid);
  dh = select(0.0, dh + given.d_out, valid);
  var d = vec4f();
  if (CELL == 0u) {
    let i = given.parts.x;
    let f = given.parts.y;
    let g = given.parts.z;
    let o = given.parts.w;
    let squashed = hyperbolic_tangent(f * given.fifth + i * g);
    let into = select(0.0, given.dc + dh * o * (1.0 - squashed * squashed), valid);
    d = vec4f(into * g * i * (1.0 - i), into * given.fifth * f * (1.0 - f), into * i * (1.0 - g * g), dh * squashed * o * (1.0 - o));
    d_initial[carry_c] = select(given.dc, into * f, valid);
    if (LENGTHS == 1u) { d_initial[carry] = left; }
  } else if (CELL == 1u) {
    let r = given.parts.x;
    let z = given.parts.y;
    let g = given.parts.z;
    let dg = dh * (1.0 - z) * (1.0 - g * g);
    d = vec4f(dg * given.parts.w * r * (1.0 - r), dh * (given.fifth - g) * z * (1.0 - z), dg * r, 0.0);
    d_x[to] = d.x;
    d_x[to + n] = d.y;
    d_x[to + 2u * n] = dg;
    d_initial[carry] = left + dh * z;
  } else {
    let h = given.parts.x;
    d.x = select(select(0.0, dh, h > 0.0), dh * (1.0 - h * h), CELL == 2u);
    if (LENGTHS == 1u) { d_initial[carry] = left; }
  }
  for (var g = 0u; g < GATES; g++) { d_gates[to + g * n] = d[g]; }
  return d;
}
