/** Tiles of the kernels that go through workgroup memory, by rows × columns of results where they are not square. */
export const TILES = {
  "tile 128": { THREADS_X: 16, THREADS_Y: 16, ROWS: 8, COLUMNS: 8, DEPTH: 8, WRITTEN: 1 },
  "tile 64 × 128": { THREADS_X: 16, THREADS_Y: 16, ROWS: 4, COLUMNS: 8, DEPTH: 16, WRITTEN: 1 },
  "tile 64": { THREADS_X: 16, THREADS_Y: 16, ROWS: 4, COLUMNS: 4, DEPTH: 16, WRITTEN: 2 },
  "tile 32 × 128": { THREADS_X: 16, THREADS_Y: 8, ROWS: 4, COLUMNS: 8, DEPTH: 16, WRITTEN: 1 },
  "tile 32": { THREADS_X: 8, THREADS_Y: 16, ROWS: 2, COLUMNS: 4, DEPTH: 32, WRITTEN: 2 },
  "tile 16 × 32": { THREADS_X: 8, THREADS_Y: 8, ROWS: 2, COLUMNS: 4, DEPTH: 32, WRITTEN: 2 },
} as const;

export type ConvTile = keyof typeof TILES;

/** Rows and columns of what a workgroup makes, sums that an invocation keeps, invocations, and fours of terms in a turn. */
export function sizesOf(tile: ConvTile) {
  const { THREADS_X, THREADS_Y, ROWS, COLUMNS, DEPTH } = TILES[tile];
  return {
    ...{ rows: THREADS_Y * ROWS, columns: THREADS_X * COLUMNS, sums: ROWS * COLUMNS },
    ...{ lanes: THREADS_X * THREADS_Y, quads: DEPTH / 4 },
  };
}

/** Sums to which a large GPU adds four products each in a cycle, about. */
const SUMS_A_CYCLE = 3400;

/**
 * About how many cycles a large GPU takes for four terms of each of `rows` × `columns` sums in each of some groups: those of a
 * workgroup that has a processor to itself, the more the more each of its invocations has to do; and those of all of them where
 * there is no processor to spare, the more the fewer sums share what an invocation loads.
 */
export function tileCost(tile: ConvTile, groups: number, rows: number, columns: number) {
  const { rows: high, columns: wide, sums } = sizesOf(tile);
  const made = groups * Math.ceil(rows / high) * high * Math.ceil(columns / wide) * wide;
  return { alone: 60 + 8 * sums, busy: (made * (1 + 8 / sums)) / SUMS_A_CYCLE };
}

/** How many times the least expected cost makes a tile not worth measuring. */
const HOPELESS = 2.5;

/** Tiles by what they are expected to cost. */
export function byCost(cost: (tile: ConvTile) => number): ConvTile[] {
  const names = (Object.keys(TILES) as ConvTile[]).sort((a, b) => cost(a) - cost(b));
  return names.filter((name) => cost(name) <= HOPELESS * cost(names[0]!));
}
