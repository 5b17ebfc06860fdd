enable subgroups;

// cumprod_grad.wgsl along the last axis, of n = 4·quads elements, by subgroups, see scan_subgroup.wgsl: a workgroup is one
// subgroup and makes `each` rows; a lane takes FOURS neighbouring vec4s at a time, and the lanes' steps are joined by shuffles.
const REVERSE = 0u;
const LANES = 8u; // the device's subgroup size
const FOURS = 2u;

struct Params { rows: u32, quads: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> out: array<vec4f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// Where the vec4 number e along the scan is, counted from the row's first.
fn place(e: u32) -> u32 { return select(params.quads - 1u - e, e, REVERSE == 1u); }

// A vec4 in the order of the scan, and back.
fn turned(a: vec4f) -> vec4f { return select(a.wzyx, a, REVERSE == 1u); }

// The sums after each of four steps.
fn sums(f: vec4f, d: vec4f, before: f32) -> vec4f {
  let a = d.x + f.x * before;
  let b = d.y + f.y * a;
  let c = d.z + f.z * b;
  return vec4f(a, b, c, d.w + f.w * c);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  for (var row = first; row < last; row++) {
    let base = row * params.quads;
    var before = 0.0;
    for (var from_quad = 0u; from_quad < params.quads; from_quad += LANES * FOURS) {
      let own = from_quad + lane * FOURS;
      var f = array<vec4f, FOURS>();
      var d = array<vec4f, FOURS>();
      var factor = 1.0;
      var sum = 0.0;
      var previous = 0.0;
      if (own > 0u) { previous = turned(x[base + place(min(own, params.quads) - 1u)]).w; }
      for (var k = 0u; k < FOURS; k++) {
        let at = base + place(min(own + k, params.quads - 1u));
        let inside = own + k < params.quads;
        let four = turned(x[at]);
        f[k] = select(vec4f(1.0), vec4f(previous, four.xyz), inside);
        d[k] = select(vec4f(), turned(d_out[at]), inside);
        previous = four.w;
        factor *= f[k].x * f[k].y * f[k].z * f[k].w;
        sum = sums(f[k], d[k], sum).w;
      }
      for (var step = 1u; step < LANES; step *= 2u) {
        let earlier_factor = subgroupShuffleUp(factor, step);
        let earlier_sum = subgroupShuffleUp(sum, step);
        if (lane >= step) {
          sum += factor * earlier_sum;
          factor *= earlier_factor;
        }
      }
      let whole = sum + factor * before;
      let earlier = subgroupShuffleUp(whole, 1u);
      var running = select(earlier, before, lane == 0u);
      before = subgroupBroadcast(whole, LANES - 1u);
      for (var k = 0u; k < FOURS; k++) {
        let e = own + k;
        if (e < params.quads) {
          let four = sums(f[k], d[k], running);
          running = four.w;
          var next = 1.0;
          if (e + 1u < params.quads) { next = turned(out[base + place(e + 1u)]).x; }
          let products = vec4f(turned(out[base + place(e)]).yzw, next);
          dx[base + place(e)] = turned(products * four);
        }
      }
    }
  }
}
