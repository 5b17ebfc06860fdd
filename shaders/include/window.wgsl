// Windows of KERNEL_H × KERNEL_W over planes, one for each element of the planes that are made of them.
// @include planes.wgsl
const KERNEL_H = 1u;
const KERNEL_W = 1u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 0u;
const PAD_W = 0u;
