// Planes of HEIGHT × WIDTH elements, and those of OUT_HEIGHT × OUT_WIDTH that are made of them.
// The sizes are constants, since indices are divided by them: dividing by a number that is not known to the compiler costs more
// than all the rest.
const HEIGHT = 1u;
const WIDTH = 4u;
const OUT_HEIGHT = 1u;
const OUT_WIDTH = 4u;
