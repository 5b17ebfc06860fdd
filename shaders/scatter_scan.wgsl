// out[b, o, v, r, w] = Σ source[b, o, j, r, w] over the j with index[o, j, r] = v ≠ `skip`: every element looks through the
// entries that could name it, in order. For few entries. out is [B, O, n, R, W], index [O, m, R], source [B, O, m, R, W].
// One invocation per element of out.
struct Params { len: u32, n: u32, m: u32, inner: u32, width: u32, targets: u32, entries: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let row = i / params.width;
  let to = row % params.targets;
  let v = to / params.inner % params.n;
  let first = to / params.inner / params.n * params.m * params.inner + to % params.inner;
  let base = row / params.targets * params.entries;
  var sum = 0.0;
  if (v != params.skip) {
    for (var j = 0u; j < params.m; j++) {
      let entry = first + j * params.inner;
      if (index[entry] == v) { sum += source[(base + entry) * params.width + i % params.width]; }
    }
  }
  out[i] = epilogue(sum, i);
}
