// arg_max.wgsl along the last axis (inner = 1) for devices with many lanes: a workgroup a row, or one of its `parts`.
const SMALLEST = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const LANES = 64u; // a power of two
const NONE = 4294967295u;
alias T = f32;

struct Params { len: u32, n: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> keys: array<u32, LANES>;
var<workgroup> places: array<u32, LANES>;

fn element(i: u32) -> T { return x[i]; }

fn key_of(x: T) -> u32 {
  var bits = bitcast<u32>(x);
  if (ELEMENTS == 0u) {
    if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
    if (bits == 0x80000000u) { bits = 0u; } // −0 is 0
    bits ^= select(0x80000000u, 0xffffffffu, bits >> 31u == 1u);
  }
  if (ELEMENTS == 1u) { bits ^= 0x80000000u; }
  return select(bits, ~bits, SMALLEST == 1u);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let base = at / params.parts * params.n;
  var best = NONE;
  var best_key = 0u;
  for (var e = at % params.parts * LANES + lane; e < params.n; e += params.parts * LANES) {
    let key = key_of(element(base + e));
    if (best == NONE || key > best_key) {
      best_key = key;
      best = e;
    }
  }
  keys[lane] = best_key;
  places[lane] = best;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let key = keys[lane + half];
      let place = places[lane + half];
      if (key > keys[lane] || (key == keys[lane] && place < places[lane])) {
        keys[lane] = key;
        places[lane] = place;
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    if (params.parts == 1u) {
      out[at] = places[0];
    } else {
      out[2u * at] = keys[0];
      out[2u * at + 1u] = places[0];
    }
  }
}
