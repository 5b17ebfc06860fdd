import { ShapeError } from "../core/errors";
import { countSteps } from "./counter";
import { topological } from "./op";
import { state, Tensor } from "./tensor";
import { nextStream, pendingReads } from "./trace";

/**
 * A source of random numbers on the GPU: counter-based, so every value follows from seed, stream, step and index. The stream
 * is a draw's number within its step (outside a capture: since the last read or run of a step), so that equal code draws equal
 * numbers; each run of a step that draws, and each read that does, counts as one. So draw within the step that uses the
 * numbers: draws that were recorded with a read or run between them have the same numbers if they are then read together.
 */
export interface Generator {
  /** u32[2]: the seed, and the number of steps that have drawn from the generator. */
  readonly state: Tensor;
}

const states = new WeakSet<Tensor>();

/** Whether a state is a generator's. */
export const isOfGenerator = (t: Tensor): boolean => states.has(t);

function newState(seed: number): Tensor {
  const made = state("generator", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  states.add(made);
  return made;
}

/** A generator of its own. Its state belongs into checkpoints. */
export const createGenerator = (seed: number): Generator => ({ state: newState(seed) });

let defaultState = newState(0);

/**
 * The generator of ops that are given none, with seed 0 until `manualSeed` seeds it: it then has a new state, which what is
 * recorded from then on draws from. `engine.write(defaultGenerator.state, Uint32Array.of(seed, 0))` seeds steps that are
 * captured already.
 */
export const defaultGenerator: Generator = {
  get state() {
    return defaultState;
  },
};

/** Gives the {@link defaultGenerator} a new state. */
export function seedDefaultGenerator(seed: number): void {
  defaultState = newState(seed);
}

/** What every random op takes. */
export interface RandomOptions {
  /** Where the random numbers come from; default {@link defaultGenerator}. */
  readonly generator?: Generator | undefined;
}

const drawnFrom = new WeakSet<Tensor>();

/** The stream of one random op of the step being recorded; its generator will count the step. @throws ShapeError where it is none */
export function useGenerator(generator: Generator): number {
  if (!(generator?.state instanceof Tensor))
    throw new ShapeError("generator", "what is given is no generator", {}, "createGenerator(seed)");
  drawnFrom.add(generator.state);
  countSteps(generator.state, 1);
  return nextStream();
}

/** Has a read of `outputs` counted by the generators from which it draws, also where the draws were recorded before an earlier one. */
export function countDraws(outputs: readonly Tensor[]): void {
  for (const { source } of topological([...outputs, ...pendingReads()]))
    if (source && "stream" in source.attrs) for (const t of source.inputs) if (drawnFrom.has(t)) countSteps(t, 1);
}
