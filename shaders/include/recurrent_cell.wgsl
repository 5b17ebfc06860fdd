// The cells of recurrence.wgsl and recurrence_subgroup.wgsl: unit by unit, with the constants, bindings and params of both.
fn sigmoid(z: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(z, -80.0, 80.0))); }
fn hyperbolic_tangent(z: f32) -> f32 { return tanh(clamp(z, -15.0, 15.0)); }
fn place(t: u32, row: u32) -> u32 { return t * params.step_stride + row * params.row_stride; }

// Unit u of a row after step t, from its products with the state before: writes all but the state itself.
fn finish(row: u32, u: u32, t: u32, next: u32, sums: vec4f, before: f32) -> f32 {
  let n = params.hidden;
  let at = place(t, row);
  let source = at * GATES * n + u;
  let to = at * SAVED * n + u;
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  var h = 0.0;
  if (CELL == 0u) {
    let i = sigmoid(sums.x + x[source]);
    let f = sigmoid(sums.y + x[source + n]);
    let g = hyperbolic_tangent(sums.z + x[source + 2u * n]);
    let o = sigmoid(sums.w + x[source + 3u * n]);
    let c_before = saved[to + 4u * n];
    let c = f * c_before + i * g;
    h = o * hyperbolic_tangent(c);
    saved[to] = i;
    saved[to + n] = f;
    saved[to + 2u * n] = g;
    saved[to + 3u * n] = o;
    let c_after = select(c_before, c, valid);
    if (next < params.steps) {
      saved[(place(next, row) * SAVED + 4u) * n + u] = c_after;
    } else {
      final_states[(params.batch + row) * n + u] = c_after;
    }
  } else if (CELL == 1u) {
    var r = sums.x + x[source];
    var z = sums.y + x[source + n];
    var m = sums.z;
    if (BIAS == 1u) {
      r += bias[u];
      z += bias[n + u];
      m += bias[2u * n + u];
    }
    r = sigmoid(r);
    z = sigmoid(z);
    let g = hyperbolic_tangent(x[source + 2u * n] + r * m);
    h = (1.0 - z) * g + z * before;
    saved[to] = r;
    saved[to + n] = z;
    saved[to + 2u * n] = g;
    saved[to + 3u * n] = m;
    saved[to + 4u * n] = before;
  } else {
    let z = sums.x + x[source];
    h = max(z, 0.0);
    if (CELL == 2u) { h = hyperbolic_tangent(z); }
    saved[to] = h;
  }
  let after = select(before, h, valid);
  out[at * n + u] = select(0.0, h, valid);
  if (next == params.steps) { final_states[row * n + u] = after; }
  return after;
}
