import { createGenerator, type Generator } from "../graph/generator";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { checkSampling, sampleTokens } from "../ops/sampleTokens";

export interface SamplerOptions {
  /** The logits are divided by it; 0 takes the likeliest token. Default 1. */
  readonly temperature?: number;
  /** Draw from the k likeliest tokens only; 0 from all. Default 0. */
  readonly topK?: number;
  /** Draw from the fewest likeliest tokens whose probabilities add up to at least p; 1 from all. Default 1. */
  readonly topP?: number;
  /** Decides what is drawn, an integer; default 0. */
  readonly seed?: number;
}

/**
 * How tokens are drawn, kept as states on the GPU: `engine.write(sampler.temperature, Float32Array.of(0.8))` changes it
 * without capturing the step again.
 */
export class Sampler {
  /** f32 [1]. */
  readonly temperature: Tensor;
  /** u32 [1]. */
  readonly topK: Tensor;
  /** f32 [1]. */
  readonly topP: Tensor;
  /** Write (seed, 0) to its state to draw the same tokens again. */
  readonly generator: Generator;

  /** @throws DataError where an option is out of range */
  constructor(options: SamplerOptions = {}) {
    optionsOf("Sampler", options, "temperature topK topP seed");
    const { temperature = 1, topK = 0, topP = 1, seed = 0 } = options;
    checkSampling({ temperature, topK, topP });
    this.temperature = state("temperature", { shape: [1], dtype: "f32" }, () => Float32Array.of(temperature));
    this.topK = state("top_k", { shape: [1], dtype: "u32" }, () => Uint32Array.of(topK));
    this.topP = state("top_p", { shape: [1], dtype: "f32" }, () => Float32Array.of(topP));
    this.generator = createGenerator(seed);
  }

  /**
   * Draws a token for each row, see {@link sampleTokens}.
   * @param logits f32 [N, V]
   * @returns i32 [N]
   * @throws ShapeError, DTypeError
   */
  next(logits: Tensor): Tensor {
    const { temperature, topK, topP, generator } = this;
    return sampleTokens(logits, { temperature, topK, topP, generator });
  }
}
