import type { Ways } from "../kernel/ways";
import type { Attention } from "./attention";

/** Workgroups of 8 × LINES invocations that keep 4 · GROUPS rows each, see include/attention_tiles.wgsl. */
const TILES = {
  "tile 32": { LINES: 8, GROUPS: 1 },
  "tile 64": { LINES: 16, GROUPS: 1 },
  "tile 64, 8 rows each": { LINES: 8, GROUPS: 2 },
} as const;

export type TileWay = keyof typeof TILES;
type Sizes = Pick<Attention, "batch" | "heads" | "rows" | "keys" | "size" | "causal">;

/** Workgroups that keep a GPU busy: where there are fewer, each makes half as many rows. */
const BUSY = 512;

/** Rows, or keys, that a workgroup takes per turn; and columns of a chunk. */
const TURN = 32;

/** Columns of a head up to which an invocation's sums for eight rows, and the data read ahead, leave registers for others. */
const WIDE = 32;

/** Fours from one line of a chunk to the next. */
const PITCH = TURN / 4 + 1;

/**
 * The tiles for attention on GPUs, the best guess first. An invocation that keeps eight rows loads a third less from workgroup
 * memory, but its sums and the data it reads ahead must fit into registers: it comes first for heads of at most `WIDE` columns, and
 * is there for those of at most 64.
 * @param made rows or keys that a head's workgroups share
 */
export function tileWays(name: string, a: Sizes, made: number): Ways<TileWay> {
  const { batch, heads, rows, keys, size, causal } = a;
  const key = `${name} ${batch * heads}·${rows}·${keys}·${size}${causal ? " causal" : ""}`;
  const by64: TileWay[] = ["tile 64"];
  if (size <= 64) by64[size <= WIDE ? "unshift" : "push"]("tile 64, 8 rows each");
  const busy = batch * heads * Math.ceil(made / 64) >= BUSY;
  return { key, names: busy ? [...by64, "tile 32"] : ["tile 32", ...by64] };
}

/** The tiles for the two kernels of the gradient: workgroups of the one for queries share rows, of the other keys. */
export function gradTileWays(a: Sizes): Ways<TileWay | "by side"> {
  const { query, key } = tilesBySide(a);
  const { names, ...ways } = tileWays("attention_grad", a, a.rows);
  return { ...ways, names: query === key ? names : ["by side", ...names] };
}

/** The best guess for each of the two. */
export function tilesBySide(a: Sizes): { readonly query: TileWay; readonly key: TileWay } {
  const [query, key] = [a.rows, a.keys].map((made) => tileWays("attention_grad", a, made).names[0]!);
  return { query: query!, key: key! };
}

/** Constants of the kernels by four. */
export function tileConstants({ size, p }: Pick<Attention, "size" | "p">, way: TileWay) {
  const { LINES, GROUPS } = TILES[way];
  const made = 4 * LINES * GROUPS;
  const CHUNKS = Math.ceil(size / TURN);
  const SPAN = Math.min(2, CHUNKS);
  // Lines of both operands and shares of fours of the made ones behind them; or weights, and lines to be weighted.
  const CELLS = Math.max(PITCH * (made + TURN + made / 4), 8 * made + 8 * TURN * SPAN);
  const WHOLE = Number(size % TURN === 0 && CHUNKS % SPAN === 0);
  return { LINES, GROUPS, CHUNKS, SPAN, STEPS: Math.ceil(CHUNKS / SPAN), CELLS, WHOLE, DROPOUT: Number(p > 0) };
}

/** A workgroup for each tile. */
export function tileInvocations(made: number, pairs: number, way: TileWay): readonly [number, number] {
  const { LINES, GROUPS } = TILES[way];
  return [Math.ceil(made / (4 * LINES * GROUPS)) * 8, pairs * LINES];
}
