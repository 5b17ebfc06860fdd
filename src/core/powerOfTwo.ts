// Tiles, workgroups and buffers are rounded to powers of two, of at least 1.

/** The least power of two that is at least `n`. */
export const powerOfTwoFrom = (n: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(n)));

/** The greatest power of two that is at most `n`. */
export const powerOfTwoUpTo = (n: number): number => 2 ** Math.max(0, Math.floor(Math.log2(n)));
