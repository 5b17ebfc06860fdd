// What kernels know of windows over pictures that make the gradient for x block by block: a block is of SPAN·STRIDE_W columns and
// STRIDE_H rows, and its windows lie as `poolGradByFour` in families/pooling.ts says.
const HEIGHT = 1u;
const WIDTH = 4u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 4u;
const KERNEL_H = 1u;
const KERNEL_W = 1u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 0u;
const PAD_W = 0u;
const SPAN = 4u; // or 2, where rows of out are 2 more than a multiple of 4
const BEFORE = 0u; // rows of windows that touch the block though they begin above it
const ROWS = 1u; // of windows that touch it
const BEFORE_GROUPS = 0u; // the same for groups of SPAN windows of a row
const GROUPS = 1u;
const TOUCHING = 1u; // ROWS · GROUPS
const OPEN_H = 1u; // ⌈KERNEL_H / STRIDE_H⌉: windows above one another that hold a place, at most
const OPEN_W = 1u;
const FOURS = 1u; // vec4s that a block is wide: SPAN · STRIDE_W / 4
const SIZE = 1u; // vec4s of a block: FOURS · STRIDE_H
const ACROSS = 1u; // blocks across a plane, and down
const DOWN = 1u;
