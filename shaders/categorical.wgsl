// out[row] = argmax over c of logits[row, c] + g(row, c), g from the Gumbel distribution: class c is drawn with probability
// softmax(logits)[c]; of equals the first. g(row, c) is of word c mod 2 of counter (row·⌈classes / 2⌉ + c / 2, step), with
// state = (seed, step). One invocation per row.
// @include threefry.wgsl
// @include distributions.wgsl
struct Params { rows: u32, classes: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<i32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let pairs = (params.classes + 1u) / 2u;
  var best = 0.0;
  var at = params.classes; // none yet
  for (var j = 0u; j < pairs; j++) {
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
  out[row] = i32(at);
}
