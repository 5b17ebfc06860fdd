import { countSteps } from "./counter";
import { state, type Tensor } from "./tensor";
import { nextStream } from "./trace";

/** A source of random numbers on the GPU: counter-based, so every value follows from seed, stream, step and index. */
export interface Generator {
  /** u32[2]: the seed, and the number of steps that have drawn from the generator. */
  readonly state: Tensor;
}

/** A generator of its own. Its state belongs into checkpoints. */
export const createGenerator = (seed: number): Generator => ({
  state: state("generator", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0)),
});

/** The generator of ops that are given none. Seed it with `engine.write(defaultGenerator.state, Uint32Array.of(seed, 0))`. */
export const defaultGenerator: Generator = createGenerator(0);

/** What every random op takes. */
export interface RandomOptions {
  /** Where the random numbers come from; default {@link defaultGenerator}. */
  readonly generator?: Generator | undefined;
}

/** The stream of one random op of the step being recorded; its generator will count the step. */
export function useGenerator(generator: Generator): number {
  countSteps(generator.state, 1);
  return nextStream();
}
