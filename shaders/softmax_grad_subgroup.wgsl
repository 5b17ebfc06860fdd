enable subgroups;

// softmax_grad.wgsl along the last axis, of n = 4·quads elements, by subgroups, see softmax_subgroup.wgsl.
const LOG = 0u;
const LANES = 8u; // the device's subgroup size

struct Params { rows: u32, quads: u32, each: u32 }

@group(0) @binding(0) var<storage, read> out: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  for (var row = first; row < last; row++) {
    let start = row * params.quads;
    let end = start + params.quads;
    var shares = vec4f();
    for (var i = start + lane; i < end; i += LANES) {
      if (LOG == 1u) {
        shares += d_out[i];
      } else {
        shares += out[i] * d_out[i];
      }
    }
    let pairs = shares.xy + shares.zw;
    let total = subgroupAdd(pairs.x + pairs.y);
    for (var i = start + lane; i < end; i += LANES) {
      if (LOG == 1u) {
        dx[i] = epilogue(d_out[i] - exp(out[i]) * total, 4u * i);
      } else {
        dx[i] = epilogue(out[i] * (d_out[i] - total), 4u * i);
      }
    }
  }
}
