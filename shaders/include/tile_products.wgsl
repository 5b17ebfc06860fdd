// sums[r][c] += Σ left[·][4y + r] · right[·][4x + c] over the first `depth` lines of two tiles in workgroup memory.
fn add_products(sums: ptr<function, array<vec4f, 4>>, x4: u32, y4: u32, depth: u32) {
  for (var c = 0u; c < depth; c++) {
    let at = c * PITCH;
    let theirs = vec4f(right[at + x4], right[at + x4 + 1u], right[at + x4 + 2u], right[at + x4 + 3u]);
    (*sums)[0] += left[at + y4] * theirs;
    (*sums)[1] += left[at + y4 + 1u] * theirs;
    (*sums)[2] += left[at + y4 + 2u] * theirs;
    (*sums)[3] += left[at + y4 + 3u] * theirs;
  }
}
