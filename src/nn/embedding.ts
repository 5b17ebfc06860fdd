import { DTypeError } from "../core/errors";
import { checkWhole } from "../core/shape";
import { checkTensors } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { embedding } from "../ops/embedding";
import { checkInitializer, type Initializer, initialized, normal } from "./init";
import { Module } from "./module";

export interface EmbeddingLayerOptions {
  /** A row that starts as zeros and gets no gradient; a negative index counts from the last. Default: none. */
  readonly paddingIndex?: number;
  /** First values of the table; default normal with mean 0 and standard deviation 1. */
  readonly init?: Initializer;
}

/** A table of vectors, looked up by index, see {@link embedding}. indices [..] i32 or u32 → [.., embeddingDim]. */
export class Embedding extends Module {
  /** [numEmbeddings, embeddingDim] */
  readonly weight: Tensor;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    readonly options: EmbeddingLayerOptions = {},
  ) {
    super();
    optionsOf("Embedding", options, "paddingIndex init");
    checkWhole("Embedding", { numEmbeddings, embeddingDim });
    const { paddingIndex, init = normal() } = options;
    checkInitializer("Embedding", init);
    const row = paddingIndex !== undefined && paddingIndex < 0 ? paddingIndex + numEmbeddings : paddingIndex;
    const isRow = row === undefined || (Number.isInteger(row) && row >= 0 && row < numEmbeddings);
    checkOption("Embedding", "paddingIndex", paddingIndex, isRow, "a row");
    const padded: Initializer = (shape, fans, seed, stream) => {
      const values = init(shape, fans, seed, stream);
      return row === undefined ? values : values.fill(0, row * embeddingDim, (row + 1) * embeddingDim);
    };
    const fans = { fanIn: embeddingDim, fanOut: embeddingDim };
    this.weight = initialized("weight", [numEmbeddings, embeddingDim], fans, padded);
  }

  override forward(indices: Tensor): Tensor {
    checkTensors("Embedding", [indices]);
    if (indices.dtype !== "i32" && indices.dtype !== "u32")
      throw new DTypeError("Embedding", `indices of dtype ${indices.dtype}`, { wants: "i32 or u32" });
    return embedding(this.weight, indices, { paddingIndex: this.options.paddingIndex });
  }
}
