import { CaptureError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkOption, optionsOf } from "../graph/options";
import type { ConfusionMatrix } from "../metrics/confusionMatrix";
import { accuracyOf } from "../metrics/scores";
import type { Optimizer } from "../optim/optimizer";
import type { Schedule } from "../optim/schedules";
import { type CapturedStep, RING } from "./capturedStep";
import type { Engine } from "./engine";
import type { EvalEvent, StepEvent, TrainEvent } from "./events";
import { Recovery } from "./recovery";

type LossStep = CapturedStep<never, "loss">;

/** What {@link fit} needs of a step: a captured one, or several that take turns as one. */
export type FittedStep = Pick<LossStep, "runs" | "run" | "drain"> & Partial<Pick<LossStep, "feeds" | "outputs">>;

/** What one call of {@link fit} does. */
export interface FitOptions {
  readonly engine: Engine;
  /** A training step with an output `loss` of one f32 element, and without feeds. */
  readonly step: FittedStep;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Steps already taken, and the step at which to stop. */
  readonly start: number;
  readonly end: number;
  /** Examples a step learns from. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Steps between two evaluations; default an epoch. There is one more at the end, unless the run is stopped. */
  readonly evaluateEvery?: number;
  readonly evaluate?: (step: number) => Promise<EvalEvent>;
  readonly onEvent: (event: TrainEvent) => void;
  /** Awaited before each step: what the device shall do first. */
  readonly before?: () => Promise<unknown>;
  /** Stops after the step under way. */
  readonly signal?: AbortSignal;
  /** Where snapshots are kept that outlive the call; default one of its own. */
  readonly recovery?: Recovery;
  /** Milliseconds between two reports of all steps since; default 250. They come sooner where steps keep no more losses. */
  readonly reportEvery?: number;
}

const FIT_OPTIONS =
  "engine step optimizer schedule start end batch stepsPerEpoch evaluateEvery evaluate onEvent before signal recovery reportEvery";

/**
 * Runs a captured step until `end`, with an event for each step that it takes; losses of runs before it are dropped. Where the
 * device is lost, the run goes on by itself on a new one, from the newest snapshot, with the numbers that it would have had;
 * steps after the snapshot are taken and told of again.
 * @returns the steps taken since the model was new
 * @throws ShapeError where an option is missing, CaptureError where the step has feeds, or a loss that is not one f32 element;
 *   DeviceError where the device is lost and there is no other
 */
export async function fit(options: FitOptions): Promise<number> {
  optionsOf("fit", options, FIT_OPTIONS);
  checkGiven(options);
  checkStep(options.step);
  await options.step.drain();
  const run = new Run(options);
  for (;;) {
    try {
      return await run.toEnd();
    } catch (error) {
      await run.recover(error);
    }
  }
}

/** One call of {@link fit}. */
class Run {
  readonly #progress: Progress;
  readonly #recovery: Recovery;
  #done: number;
  #learningRate = Number.NaN;

  constructor(readonly options: FitOptions) {
    this.#progress = new Progress(options);
    this.#recovery = options.recovery ?? new Recovery(options.engine);
    this.#done = options.start;
    void this.#recovery.keep(options.start);
  }

  async toEnd(): Promise<number> {
    const { start, end, stepsPerEpoch, evaluateEvery = stepsPerEpoch, reportEvery = 250, signal } = this.options;
    while (this.#done < end && !signal?.aborted) {
      await this.#step();
      if (this.#recovery.due) {
        // Losses before the snapshot are told before it: those after it are made again.
        await this.#progress.report(this.#done);
        void this.#recovery.keep(this.#done);
      }
      if (this.#progress.due(this.#done, reportEvery) || this.#done === end) await this.#progress.report(this.#done);
      // Gives a page or a worker the chance to hear its messages.
      if (this.#done % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#done % evaluateEvery === 0 && this.#done < end) await this.#evaluate();
    }
    await this.#progress.report(this.#done);
    if (this.#done === end && end > start) await this.#evaluate();
    return this.#done;
  }

  /** @throws the error, unless the device is lost and there is another */
  async recover(error: unknown): Promise<void> {
    const { step, reason } = await this.#recovery.back(error);
    this.#done = step;
    this.#learningRate = Number.NaN;
    await this.options.step.drain();
    this.options.onEvent({ event: "recovered", step, reason });
  }

  async #step(): Promise<void> {
    const { engine, optimizer, schedule, before, step } = this.options;
    const lr = schedule(this.#done);
    if (lr !== this.#learningRate) engine.write(optimizer.lr, Float32Array.of(lr));
    this.#learningRate = lr;
    await before?.();
    await step.run();
    this.#done++;
  }

  async #evaluate(): Promise<void> {
    const { evaluate, onEvent } = this.options;
    if (!evaluate) return;
    await this.#progress.report(this.#done);
    this.#progress.pause();
    try {
      onEvent(await evaluate(this.#done));
    } finally {
      this.#progress.resume();
    }
  }
}

/** @throws ShapeError where an option is missing that there is no default for */
function checkGiven(options: FitOptions): void {
  for (const name of ["start", "end", "batch", "stepsPerEpoch"] as const)
    checkOption(
      "fit",
      name,
      options[name],
      typeof options[name] === "number" && !Number.isNaN(options[name]),
      "a number",
    );
  for (const name of ["schedule", "onEvent"] as const)
    checkOption("fit", name, options[name], typeof options[name] === "function", "a function");
  for (const name of ["engine", "step", "optimizer"] as const)
    checkOption("fit", name, options[name], typeof options[name] === "object", `the ${name}`);
}

function checkStep({ feeds = {}, outputs }: FittedStep): void {
  const names = Object.keys(feeds);
  if (names.length)
    throw new CaptureError(
      "fit",
      "the step has feeds, and would be fed nothing",
      { feeds: names.join(", ") },
      "take the batch from a loader inside the step, or run the step in a loop of your own",
    );
  const loss = outputs?.loss;
  if (outputs && !(loss?.size === 1 && loss.dtype === "f32"))
    throw new CaptureError("fit", "the step needs an output loss of one f32 element", {
      loss: loss ? `${loss.dtype}${showShape(loss.shape)}` : "none",
    });
}

/** Turns drained losses into step events, with the pace of training alone. */
class Progress {
  #last = performance.now();
  #reported: number;
  #busy = 0;
  #since = performance.now();
  readonly #firstRun: number;

  constructor(readonly options: FitOptions) {
    this.#firstRun = options.step.runs;
    this.#reported = options.start;
  }

  /** @param every milliseconds; more losses than a step keeps must not wait for them */
  due(done: number, every: number): boolean {
    return done - this.#reported >= RING || performance.now() - this.#last >= every;
  }

  pause(): void {
    this.#busy += performance.now() - this.#since;
  }

  resume(): void {
    this.#since = performance.now();
  }

  async report(done: number): Promise<void> {
    const { step, start, end, batch, stepsPerEpoch, onEvent } = this.options;
    const losses = await step.drain();
    this.#reported = done;
    this.#last = performance.now();
    const taken = done - start;
    const seconds = (this.#busy + this.#last - this.#since) / 1000;
    for (const { run, values } of losses) {
      const at = start + run - this.#firstRun + 1;
      const event: StepEvent = {
        event: "step",
        step: at,
        steps: end,
        epoch: at / stepsPerEpoch,
        loss: values.loss,
        learningRate: this.options.schedule(at - 1),
        examplesPerSecond: (taken * batch) / seconds,
        secondsLeft: ((end - at) * seconds) / taken,
      };
      onEvent(event);
    }
  }
}

/** A captured step that adds a batch to a confusion matrix and gives the sum of its losses. */
export interface Evaluation {
  readonly engine: Engine;
  readonly step: CapturedStep<never, "loss">;
  /** Rewound before each pass: the position of the loader that the step reads from. */
  readonly rewind: () => void;
  readonly batches: number;
  readonly count: number;
  readonly confusion: ConfusionMatrix;
}

/** What {@link evaluateClassifier} finds. */
export type ClassifierScores = Pick<EvalEvent, "event" | "testLoss"> &
  Required<Pick<EvalEvent, "testAccuracy" | "confusion">>;

/** One pass over a held-out split. */
export async function evaluateClassifier(e: Evaluation): Promise<ClassifierScores> {
  optionsOf("evaluateClassifier", e, "engine step rewind batches count confusion");
  const { engine, step, confusion } = e;
  const { classes } = confusion;
  e.rewind();
  engine.write(confusion.counts, new Uint32Array(classes * classes));
  await step.drain();
  let total = 0;
  for (let b = 0; b < e.batches; b++) {
    await step.run();
    if (b % 200 === 199) total += sumLosses(await step.drain());
  }
  total += sumLosses(await step.drain());
  const [counts] = await engine.runtime.readStates([confusion.counts]);
  return {
    event: "eval",
    testLoss: total / e.count,
    testAccuracy: accuracyOf(counts!, classes),
    confusion: Array.from({ length: classes }, (_, row) => [...counts!.slice(row * classes, (row + 1) * classes)]),
  };
}

const sumLosses = (runs: readonly { values: { loss: number } }[]): number =>
  runs.reduce((n, { values }) => n + values.loss, 0);
