// The gradient of max_pool2d_by_four.wgsl: dx[i] = Σ d_out[o] over the windows o that have their first maximum at i, according
// to the codes. One invocation makes a block of dx of SPAN·STRIDE_W columns and STRIDE_H rows, from the windows that touch it.
// @include window_blocks.wgsl

struct Params { len: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let here = place_of(i);
  var d = array<vec4f, TOUCHING>();
  var won = array<vec4u, TOUCHING>();
  // @unroll
  for (var t = 0u; t < TOUCHING; t++) {
    let group = group_of(here, here.plane, t);
    d[t] = d_out_of(group);
    let code = codes[group.at / 4u] >> select(0u, 16u, is_second(group));
    won[t] = (vec4u(code) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  }
  var total = array<vec4f, SIZE>();
  // @unroll
  for (var n = 0u; n < SIZE; n++) {
    // @unroll
    for (var lane = 0u; lane < 4u; lane++) {
      // @unroll
      for (var k = 0u; k < OPEN_H * OPEN_W; k++) {
        let window = window_over(n, lane, k);
        if (window.holds) { total[n][lane] += select(0.0, d[window.group][window.column], won[window.group][window.column] == window.tap); }
      }
    }
  }
  // @unroll
  for (var n = 0u; n < SIZE; n++) { store(here, n, total[n]); }
}
