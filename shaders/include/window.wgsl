// Windows of KERNEL_H × KERNEL_W over planes of HEIGHT × WIDTH, of which there are OUT_HEIGHT × OUT_WIDTH.
// Sizes are constants: dividing by what is not known costs more than all the rest.
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
