import { DataError } from "../core/errors";
import { checkArray } from "../core/given";
import { permuted } from "../core/permutation";
import { checkSeed } from "../core/random";
import { optionsOf } from "../graph/options";

/** Indices of examples. Each of 0 … count − 1 is in one of the three. */
export interface Split {
  readonly train: Uint32Array<ArrayBuffer>;
  readonly dev: Uint32Array<ArrayBuffer>;
  readonly test: Uint32Array<ArrayBuffer>;
}

export interface SplitOptions {
  /** Shares of train, dev and test, adding up to 1; default 0.8, 0.1, 0.1. With millions of examples 1 % each is enough. */
  readonly shares?: readonly [train: number, dev: number, test: number];
  /** Equal seeds give equal splits; default 0. */
  readonly seed?: number;
}

/** An epoch that no loader reaches, so that the orders of loaders are independent of the split. */
const NO_EPOCH = 2 ** 32 - 1;

/**
 * Splits examples at random: train to learn from, dev to choose by, test to judge by once at the end. Dev and test get their shares
 * rounded down, but at least one example unless the share is 0; train gets the rest.
 *
 * @param count number of examples
 * @throws DataError where shares are below 0 or do not add up to 1, train is left without an example, or the seed is no integer
 */
export function trainDevTestSplit(count: number, options: SplitOptions = {}): Split {
  const { shares = [0.8, 0.1, 0.1], seed = 0 } = optionsOf("trainDevTestSplit", options, "shares seed");
  checkSeed("trainDevTestSplit", seed);
  checkArray("trainDevTestSplit", "shares", shares);
  const total = shares.reduce((a, b) => a + b, 0);
  if (!(shares.length === 3 && shares.every((s) => s >= 0) && shares[0] > 0 && Math.abs(total - 1) <= 1e-6))
    throw new DataError("trainDevTestSplit", `shares ${shares.join(", ")}`, {
      wants: "three of at least 0, the first above 0, that add up to 1",
    });
  // The margin makes 0.1 of 30 be 3, whatever the rounding of the product.
  const sizeOf = (share: number) => (share === 0 ? 0 : Math.max(1, Math.floor(share * count + 1e-6)));
  const [dev, test] = [sizeOf(shares[1]), sizeOf(shares[2])];
  const train = count - dev - test;
  if (!(Number.isInteger(count) && train >= 1))
    throw new DataError("trainDevTestSplit", `${count} examples`, {
      wants: `at least ${dev + test + 1} for shares ${shares.join(", ")}`,
    });
  const order = Uint32Array.from({ length: count }, (_, i) => permuted(i, count, seed, NO_EPOCH));
  return { train: order.slice(0, train), dev: order.slice(train, train + dev), test: order.slice(train + dev) };
}
