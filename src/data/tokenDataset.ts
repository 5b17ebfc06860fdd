import { DataError } from "../core/errors";
import { checkArray, checkCounts } from "../core/given";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";

export interface TokenDatasetOptions {
  /** One stream, as a tokenizer's `encode` gives it. */
  readonly tokens: ArrayLike<number>;
  /** Size of the vocabulary: ids are 0 … size − 1. */
  readonly size: number;
}

/** A stream of tokens on the GPU. */
export class TokenDataset {
  readonly count: number;
  readonly size: number;
  /** i32 [count]. */
  readonly tokens: Tensor;

  /** @throws DataError where there are fewer than two tokens, or one is out of range */
  constructor(options: TokenDatasetOptions) {
    const { tokens, size } = optionsOf("TokenDataset", options, "tokens size");
    checkArray("TokenDataset", "tokens", tokens);
    checkCounts("TokenDataset", { size });
    this.count = tokens.length;
    this.size = size;
    if (this.count < 2) throw new DataError("TokenDataset", `${this.count} tokens`, { wants: "at least 2" });
    checkIds("TokenDataset", tokens, size);
    this.tokens = state("tokens", { shape: [this.count], dtype: "i32" }, () => Int32Array.from(tokens));
  }
}

/** @throws DataError where an id is not within 0 … size − 1 */
function checkIds(what: string, ids: ArrayLike<number>, size: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < size))
      throw new DataError(what, `token ${i} is ${id}`, { vocabulary: `0 … ${size - 1}` });
  }
}
