// The cells of recurrence.wgsl and its variants: unit by unit, with the constants, bindings and params that all of them have.
// @include gates.wgsl
fn place(t: u32, row: u32) -> u32 { return t * params.step_stride + row * params.row_stride; }

// What a unit's cell reads that does not depend on the state before: the inputs' products, gate by gate.
fn inputs(at: u32, u: u32) -> vec4f {
  let n = params.hidden;
  let source = at * GATES * n + u;
  var given = vec4f(x[source], 0.0, 0.0, 0.0);
  if (GATES > 1u) {
    given.y = x[source + n];
    given.z = x[source + 2u * n];
  }
  if (GATES > 3u) { given.w = x[source + 3u * n]; }
  return given;
}

// The state of an LSTM's cell before the step at `at`.
fn cell_before(at: u32, u: u32) -> f32 {
  if (CELL == 0u) { return saved[(at * SAVED + 4u) * params.hidden + u]; }
  return 0.0;
}

// Unit u of a row after step t, from its products with the state before: writes all but the state itself.
fn finish(row: u32, u: u32, t: u32, next: u32, sums: vec4f, before: f32) -> f32 {
  let at = place(t, row);
  return finish_given(row, u, t, next, sums, before, inputs(at, u), cell_before(at, u));
}

fn finish_given(row: u32, u: u32, t: u32, next: u32, sums: vec4f, before: f32, given: vec4f, c_before: f32) -> f32 {
  let n = params.hidden;
  let at = place(t, row);
  let to = at * SAVED * n + u;
  let valid = LENGTHS == 0u || i32(t) < lengths[row];
  var h = 0.0;
  if (CELL == 0u) {
    let i = sigmoid(sums.x + given.x);
    let f = sigmoid(sums.y + given.y);
    let g = hyperbolic_tangent(sums.z + given.z);
    let o = sigmoid(sums.w + given.w);
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
    var r = sums.x + given.x;
    var z = sums.y + given.y;
    var m = sums.z;
    if (BIAS == 1u) {
      r += bias[u];
      z += bias[n + u];
      m += bias[2u * n + u];
    }
    r = sigmoid(r);
    z = sigmoid(z);
    let g = hyperbolic_tangent(given.z + r * m);
    h = (1.0 - z) * g + z * before;
    saved[to] = r;
    saved[to + n] = z;
    saved[to + 2u * n] = g;
    saved[to + 3u * n] = m;
    saved[to + 4u * n] = before;
  } else {
    let z = sums.x + given.x;
    h = select(max(z, 0.0), z, is_no_number(z));
    if (CELL == 2u) { h = hyperbolic_tangent(z); }
    saved[to] = h;
  }
  let after = select(before, h, valid);
  out[at * n + u] = select(0.0, h, valid);
  if (next == params.steps) { final_states[row * n + u] = after; }
  return after;
}
