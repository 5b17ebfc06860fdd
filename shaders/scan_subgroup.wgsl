enable subgroups;

// scan.wgsl along the last axis, of n = 4·quads elements, by subgroups, for the devices of matmul_subgroup.wgsl: a workgroup is
// one subgroup and scans `each` parts of `span` vec4s. A lane reads FOURS neighbouring vec4s at a time and joins them; what
// comes before them is the scan over the lanes' totals. Behind the end of a part lanes read vec4s that they do not count.
// With CARRY 1, carried holds the scan of the parts' totals, as they lie in memory.
const KIND = 0u;
const REVERSE = 0u;
const CARRY = 0u;
const LANES = 8u; // the device's subgroup size
const FOURS = 4u;
alias T = f32;

struct Params { len: u32, quads: u32, parts: u32, span: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> carried: array<T>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<T>>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: T, i: u32) -> T { return value; }

fn joined(a: T, b: T) -> T {
  if (KIND == 1u) { return a * b; }
  return a + b;
}

fn joined_each(a: T, b: vec4<T>) -> vec4<T> {
  if (KIND == 1u) { return a * b; }
  return a + b;
}

// Each element joined with those before it.
fn prefixes(a: vec4<T>) -> vec4<T> {
  let xy = joined(a.x, a.y);
  let xyz = joined(xy, a.z);
  return vec4(a.x, xy, xyz, joined(xyz, a.w));
}

fn finished(value: vec4<T>, at: u32) -> vec4<T> {
  return vec4(
    epilogue(value.x, at), epilogue(value.y, at + 1u), epilogue(value.z, at + 2u), epilogue(value.w, at + 3u));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.len);
  for (var i = first; i < last; i++) {
    let base = i / params.parts * params.quads;
    let start = i % params.parts * params.span;
    let end = min(start + params.span, params.quads);
    var before = T(KIND);
    if (CARRY == 1u) {
      let part = i % params.parts;
      if (part > 0u) { before = carried[i - part + select(part - 1u, params.parts - part, REVERSE == 1u)]; }
    }
    for (var from_quad = start; from_quad < end; from_quad += LANES * FOURS) {
      let own = from_quad + lane * FOURS;
      var held = array<vec4<T>, FOURS>();
      var total = T(KIND);
      for (var k = 0u; k < FOURS; k++) {
        let e = min(own + k, end - 1u);
        var four = x[base + select(e, params.quads - 1u - e, REVERSE == 1u)];
        if (REVERSE == 1u) { four = four.wzyx; }
        held[k] = joined_each(total, prefixes(select(vec4(T(KIND)), four, own + k < end)));
        total = held[k].w;
      }
      var earlier = before;
      if (KIND == 1u) {
        earlier *= subgroupExclusiveMul(total);
      } else {
        earlier += subgroupExclusiveAdd(total);
      }
      for (var k = 0u; k < FOURS; k++) {
        let e = own + k;
        if (e < end) {
          let four = joined_each(earlier, held[k]);
          let at = base + select(e, params.quads - 1u - e, REVERSE == 1u);
          out[at] = finished(select(four, four.wzyx, REVERSE == 1u), 4u * at);
        }
      }
      before = subgroupBroadcast(joined(earlier, total), LANES - 1u);
    }
  }
}
