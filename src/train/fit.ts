import { CaptureError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkOption, optionsOf } from "../graph/options";
import type { Optimizer } from "../optim/optimizer";
import type { Schedule } from "../optim/schedules";
import { type CapturedStep, RING } from "./capturedStep";
import type { Engine } from "./engine";
import type { EvalEvent, StepEvent, TrainEvent } from "./events";
import { Recovery } from "./recovery";

/** What {@link fit} needs of a step: a captured one, or several of them that take turns. */
export type FittedStep = Pick<CapturedStep<never, "loss">, "runs" | "run" | "drain"> &
  Partial<Pick<CapturedStep<never, "loss">, "feeds" | "outputs">>;

/** What one call of {@link fit} does. */
export interface FitOptions {
  /** Where the step was captured. */
  readonly engine: Engine;
  /** A training step with an output `loss` of one f32 element, and without feeds. */
  readonly step: FittedStep;
  /** The optimizer of the step: its learning rate is written where the schedule changes it. */
  readonly optimizer: Optimizer;
  /** The learning rate of each step, by its number. */
  readonly schedule: Schedule;
  /** Steps already taken. */
  readonly start: number;
  /** The step at which to stop. */
  readonly end: number;
  /** Number of examples in a step. */
  readonly batch: number;
  /** Number of steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** Steps between two evaluations; default an epoch. There is one more at the end, unless the run is stopped. */
  readonly evaluateEvery?: number;
  /** Scores the model after so many steps; its result is passed on to `onEvent`. Default: nothing is evaluated. */
  readonly evaluate?: (step: number) => Promise<EvalEvent>;
  /** Takes what happens: steps with their losses, evaluations, recoveries. */
  readonly onEvent: (event: TrainEvent) => void;
  /** Called and awaited before each step. */
  readonly before?: () => Promise<unknown>;
  /** When aborted, the run stops after the step under way. */
  readonly signal?: AbortSignal;
  /** Keeps the snapshots; pass one to keep them beyond this call. Default a new one. */
  readonly recovery?: Recovery;
  /** Milliseconds between two reports; default 250. A report comes sooner if the step's ring of losses is full. */
  readonly reportEvery?: number;
}

const FIT_OPTIONS =
  "engine step optimizer schedule start end batch stepsPerEpoch evaluateEvery evaluate onEvent before signal recovery reportEvery";

/**
 * Runs a captured step until `end`, with an event for each step. If the device is lost, the run goes on by itself on a new one, from
 * the newest snapshot and with the same numbers: the steps after the snapshot are taken, and reported, again. Losses that
 * the step kept from runs before this call are dropped.
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

/** Milliseconds of training after which messages are handled. */
const BREATH_EVERY = 50;

/** One call of {@link fit}. */
class Run {
  readonly #progress: Progress;
  readonly #recovery: Recovery;
  #done: number;
  #learningRate = Number.NaN;
  /** When messages were last handled. */
  #breathed = performance.now();

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
        // Losses before the snapshot are reported now: those after it may be computed again.
        await this.#progress.report(this.#done);
        void this.#recovery.keep(this.#done);
      }
      if (this.#progress.due(this.#done, reportEvery) || this.#done === end) await this.#progress.report(this.#done);
      await this.#breathe();
      if (this.#done % evaluateEvery === 0 && this.#done < end) await this.#evaluate();
    }
    await this.#progress.report(this.#done);
    if (this.#done === end && end > start) await this.#evaluate();
    return this.#done;
  }

  /** Lets a page or a worker handle its messages, now and then: it takes a browser up to 4 ms, longer than many steps. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathed < BREATH_EVERY) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#breathed = performance.now();
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
  for (const name of ["start", "end", "batch", "stepsPerEpoch"] as const) {
    const isNumber = typeof options[name] === "number" && !Number.isNaN(options[name]);
    checkOption("fit", name, options[name], isNumber, "a number");
  }
  for (const name of ["schedule", "onEvent"] as const)
    checkOption("fit", name, options[name], typeof options[name] === "function", "a function");
  for (const name of ["engine", "step", "optimizer"] as const)
    checkOption("fit", name, options[name], typeof options[name] === "object" && options[name] !== null, `the ${name}`);
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

/** Turns drained losses into step events. The pace that these report is that of training alone, without evaluations. */
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

  /** Whether to report: after `every` milliseconds, or when the step's ring of losses is full. */
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
