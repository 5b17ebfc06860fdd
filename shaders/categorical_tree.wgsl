// As categorical.wgsl, with a workgroup per row: every invocation takes pairs of classes a workgroup apart, and the best of all
// are found by halves. Of equals the first, whoever has it.
// @include threefry.wgsl
// @include distributions.wgsl
const LANES = 64u;

struct Params { rows: u32, classes: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<i32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> bests: array<f32, LANES>;
var<workgroup> places: array<u32, LANES>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  let pairs = (params.classes + 1u) / 2u;
  var best = 0.0;
  var at = params.classes; // none yet
  if (row < params.rows) {
    for (var j = lane; j < pairs; j += LANES) {
      let words = threefry(vec2u(state[0], params.stream), vec2u(row * pairs + j, state[1]));
      for (var k = 0u; k < 2u; k++) {
        let c = 2u * j + k;
        if (c >= params.classes) { break; }
        let score = logits[row * params.classes + c] + gumbel(words[k]);
        if (score > best || at == params.classes) {
          best = score;
          at = c;
        }
      }
    }
  }
  bests[lane] = best;
  places[lane] = at;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = bests[lane + half];
      let there = places[lane + half];
      // A lane without classes has the place `classes`: it never wins.
      let wins = there < params.classes && (other > bests[lane] || (other == bests[lane] && there < places[lane]));
      if (wins || places[lane] == params.classes) {
        bests[lane] = other;
        places[lane] = there;
      }
    }
  }
  if (lane == 0u && row < params.rows) { out[row] = i32(places[0]); }
}
