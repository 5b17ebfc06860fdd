import { ShapeError } from "../core/errors";
import { checkSeed } from "../core/random";
import { countSteps } from "./counter";
import { topological } from "./op";
import { state, Tensor } from "./tensor";
import { nextStream, pendingReads } from "./trace";

/**
 * A counter-based source of random numbers on the GPU: every number follows from seed, stream, step and index. The stream numbers
 * the draws of a step; outside a capture, those since the last read or run. The step counts the runs and reads that drew numbers.
 * So equal code draws equal numbers. Draw within the step that uses the numbers: two draws that were recorded with a read
 * or run between them have the same stream, and are equal if they are then read together.
 */
export interface Generator {
  /** u32[2]: the seed, and the number of steps that have drawn from the generator so far. */
  readonly state: Tensor;
}

const states = new WeakSet<Tensor>();

/** Whether a state belongs to a generator. */
export const isOfGenerator = (t: Tensor): boolean => states.has(t);

function newState(seed: number): Tensor {
  const made = state("generator", { shape: [2], dtype: "u32" }, () => Uint32Array.of(seed, 0));
  states.add(made);
  return made;
}

/**
 * A new generator. Save its state in checkpoints.
 * @param seed an integer; its low 32 bits count
 * @throws DataError where it is none
 */
export function createGenerator(seed: number): Generator {
  checkSeed("createGenerator", seed);
  return { state: newState(seed) };
}

let defaultState = newState(0);

/**
 * The generator of ops that are given none, with seed 0 until `manualSeed` is called. That gives it a new state, from which
 * everything recorded later draws. To seed steps that are captured already, write the state:
 * `engine.write(defaultGenerator.state, Uint32Array.of(seed, 0))`.
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

/** @throws ShapeError unless it is a generator */
export function checkGenerator(op: string, generator: Generator): void {
  if (!(generator?.state instanceof Tensor))
    throw new ShapeError(op, "what is given is no generator", {}, "createGenerator(seed)");
}

const drawnFrom = new WeakSet<Tensor>();

/**
 * Records a draw, and that the generator counts the step.
 * @returns the draw's stream
 * @throws ShapeError where `generator` is none
 */
export function useGenerator(generator: Generator): number {
  checkGenerator("generator", generator);
  drawnFrom.add(generator.state);
  countSteps(generator.state, 1);
  return nextStream();
}

/** Has the generators that `outputs` draw from count this read, even where the draws were recorded before an earlier read. */
export function countDraws(outputs: readonly Tensor[]): void {
  for (const { source } of topological([...outputs, ...pendingReads()]))
    if (source && "stream" in source.attrs) for (const t of source.inputs) if (drawnFrom.has(t)) countSteps(t, 1);
}
