// For kernels whose grid may want more workgroups along a dimension than WebGPU grants: then all GROUPS_X × GROUPS_Y × GROUPS_Z of
// them are numbered in a row, which is folded in two, and a few of those at its end are surplus. `Kernel.dispatch` sees to it.
const GROUPS_X = 1u;
const GROUPS_Y = 1u;
const GROUPS_Z = 0u; // 0: nothing is folded

// Where a workgroup would be, were there no limit.
fn unfolded(id: vec3u, groups: vec3u) -> vec3u {
  if (GROUPS_Z == 0u) { return id; }
  let i = id.y * groups.x + id.x;
  return vec3u(i % GROUPS_X, i / GROUPS_X % GROUPS_Y, i / (GROUPS_X * GROUPS_Y));
}

// Whether it has nothing to do.
fn is_surplus(group: vec3u) -> bool { return GROUPS_Z > 0u && group.z >= GROUPS_Z; }
