/** Tiles of the kernels that use workgroup memory, named by their side, or rows × columns where not square. None takes more than 16 KiB. */
export const TILES = {
  "tile 64 × 128": { THREADS_X: 16, THREADS_Y: 8, ROWS: 8, COLUMNS: 8, DEPTH: 16, WRITTEN: 1 },
  "tile 64": { THREADS_X: 8, THREADS_Y: 8, ROWS: 8, COLUMNS: 8, DEPTH: 16, WRITTEN: 1 },
  "tile 32 × 128": { THREADS_X: 16, THREADS_Y: 8, ROWS: 4, COLUMNS: 8, DEPTH: 16, WRITTEN: 1 },
  "tile 32": { THREADS_X: 8, THREADS_Y: 16, ROWS: 2, COLUMNS: 4, DEPTH: 32, WRITTEN: 2 },
  "tile 16 × 32": { THREADS_X: 8, THREADS_Y: 8, ROWS: 2, COLUMNS: 4, DEPTH: 32, WRITTEN: 2 },
} as const;

export type ConvTile = keyof typeof TILES;

/** Rows and columns that a workgroup makes, sums per invocation, invocations, fours of terms per turn, and stretches of these. */
export function sizesOf(tile: ConvTile) {
  const { THREADS_X, THREADS_Y, ROWS, COLUMNS, DEPTH, WRITTEN } = TILES[tile];
  return {
    ...{ rows: THREADS_Y * ROWS, columns: THREADS_X * COLUMNS, sums: ROWS * COLUMNS },
    ...{ lanes: THREADS_X * THREADS_Y, quads: DEPTH / 4, stretches: DEPTH / 4 / WRITTEN },
  };
}

/** About how many sums a large GPU adds four products to in a cycle. */
const SUMS_A_CYCLE = 3400;

/**
 * About how many cycles a large GPU takes for four terms of each of `rows` × `columns` sums per group: the time of one
 * workgroup, which grows with the work of each invocation, plus the time of all workgroups on all processors, which is longer
 * where fewer sums share what an invocation loads.
 */
export function tileCost(tile: ConvTile, groups: number, rows: number, columns: number) {
  const { rows: high, columns: wide, sums } = sizesOf(tile);
  const made = groups * Math.ceil(rows / high) * high * Math.ceil(columns / wide) * wide;
  return { alone: 60 + 4 * sums, busy: (made * (1 + 8 / sums)) / SUMS_A_CYCLE };
}

/** Tiles of more than this many times the least expected cost are not measured. */
const HOPELESS = 2.5;

/** The tiles worth measuring, the one of least expected cost first. */
export function byCost(cost: (tile: ConvTile) => number): ConvTile[] {
  const names = (Object.keys(TILES) as ConvTile[]).sort((a, b) => cost(a) - cost(b));
  return names.filter((name) => cost(name) <= HOPELESS * cost(names[0]!));
}
