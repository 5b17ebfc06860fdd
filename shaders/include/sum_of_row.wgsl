// The sum of what the lanes of a subgroup have of a row, a vec4 each.
fn sum_of_row(share: vec4f) -> f32 {
  let pairs = share.xy + share.zw;
  return subgroupAdd(pairs.x + pairs.y);
}
