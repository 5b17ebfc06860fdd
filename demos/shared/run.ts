// Training runs as pages, the command line and tests drive them. Nothing here knows a page.
import {
  CapturedStep,
  type Checkpointed,
  createEngine,
  type Engine,
  type EstimateEvent,
  type EvalEvent,
  type FittedStep,
  fit,
  type KernelTime,
  loadCheckpoint,
  type Optimizer,
  Recovery,
  type Schedule,
  saveCheckpoint,
  type TaskScores,
  type TrainEvent,
  type TuningStore,
} from "../../src/index";

export type Listener = (e: TrainEvent) => void;

/** What every run can be told; each has defaults of its own. */
export interface RunOptions {
  /** Passes over the training split. */
  epochs?: number;
  /** Steps in all; goes before `epochs`. Where neither is given, a run that goes on ends where it was to end. */
  steps?: number;
  /** Examples a step. */
  batch?: number;
  /** Learning rate. */
  lr?: number;
  /** Decides first weights and the order of the examples; default 0. */
  seed?: number;
  /** Steps between two looks at held-out data. */
  evaluateEvery?: number;
  /** A checkpoint to go on from. */
  resume?: Uint8Array;
  /** Where to ask for an adapter. */
  gpu?: GPU;
  /** Where it is kept which kernels are the fastest. */
  tuning?: TuningStore;
}

/** What a run does on the device. */
export interface UnderTheHood {
  readonly plan: string;
  readonly dispatches: number;
  readonly submits: number;
  readonly memory: { readonly inUse: number; readonly held: number; readonly peak: number };
  readonly kernels: readonly KernelTime[] | null;
  readonly adapter: string;
  readonly software: boolean;
}

/** Opens a device, tells of its adapter and makes what runs on it; what fails takes the device along. */
export async function onDevice<T>(
  { gpu, tuning }: Pick<RunOptions, "gpu" | "tuning">,
  on: Listener,
  make: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine({ ...(gpu && { gpu }), ...(tuning && { tuning }) });
  try {
    const { name: adapter, software, features } = engine.adapter;
    on({ event: "adapter", adapter, software, features: [...features] });
    return await make(engine);
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/** What `engine.capture` takes to tell of the pipelines of the step of this name. */
export type CompileProgress = (step: string) => { onCompile(done: number, total: number): void };

/** The compilation of several steps, told as one count. */
export function compileProgress(on: Listener): CompileProgress {
  const counts = new Map<string, [done: number, total: number]>();
  return (step) => ({
    onCompile(done, total) {
      counts.set(step, [done, total]);
      const sum = (i: 0 | 1) => [...counts.values()].reduce((n, c) => n + c[i], 0);
      on({ event: "compile", done: sum(0), total: sum(1) });
    },
  });
}

export async function underTheHoodOf(engine: Engine, step: SeenStep): Promise<UnderTheHood> {
  const { inUse, held, peak } = engine.memory;
  return {
    plan: String(step.plan),
    dispatches: step.plan.dispatches.length,
    submits: step.submits,
    memory: { inUse, held, peak },
    kernels: await step.profile(),
    adapter: engine.adapter.name,
    software: engine.adapter.software,
  };
}

/** What can be told of a step. */
type SeenStep = Pick<CapturedStep, "plan" | "submits" | "profile">;

/** What a {@link TrainingRun} trains, and how. */
export interface Training {
  /** Its name on the command line and in checkpoints. */
  readonly model: string;
  /** A captured step, or several that take turns as one: those are among `others`. */
  readonly step: FittedStep & SeenStep;
  /** Other captured steps that are worth measuring. */
  readonly others: readonly CapturedStep<never, string>[];
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Step at which the run ends. */
  readonly steps: number;
  /** Examples of a step. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  readonly evaluateEvery: number;
  /** All that decides the rest of the run. */
  readonly checkpointed: Checkpointed;
  /** Settings that a checkpoint keeps beside its model, its step and the last one. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A model in training: goes on, stops, is judged by held-out data and kept. A model's own run extends it. */
export abstract class TrainingRun {
  /** Scores of the last evaluation. */
  protected scores: TaskScores = {};
  /** Steps taken before the first run of this one's step. */
  readonly #before: number;
  #seconds = 0;
  /** What training waits for. */
  #first: Promise<unknown> = Promise.resolve();
  /** The newest training, until it ends. */
  #training: Promise<unknown> = Promise.resolve();
  /** Is told that training goes on with another device. */
  #goesOn: () => void = () => {};
  readonly #recovery: Recovery;

  protected constructor(
    readonly engine: Engine,
    readonly training: Training,
    resume?: Uint8Array,
  ) {
    const resumed = resume ? Number(loadCheckpoint(engine, resume, training.checkpointed).step) : 0;
    this.#before = resumed - training.step.runs;
    this.#recovery = new Recovery(engine);
  }

  /** A pass over held-out data. Sets {@link scores}. */
  abstract evaluate(step?: number, signal?: AbortSignal): Promise<EvalEvent>;

  /** What a run does once, after its last step; by default nothing. */
  protected async finish(_signal?: AbortSignal): Promise<void> {}

  /** Steps taken since the model was new: while it trains too, as many as its states show to whoever reads them now. */
  get done(): number {
    return this.#before + this.training.step.runs;
  }

  get steps(): number {
    return this.training.steps;
  }

  /** Resolves with a plain reason if the device is lost. */
  get lost(): Promise<string> {
    return this.engine.lost;
  }

  /**
   * After the device was lost: puts the run on a new one, as it stood when it last came to rest. A training under way goes on
   * by itself; then nothing is done here but wait until it does.
   * @throws DeviceError where there is no other device, or nothing to go back to
   */
  async recover(on: Listener): Promise<void> {
    const goesOn = new Promise<boolean>((resolve) => {
      this.#goesOn = () => resolve(true);
    });
    const ended = this.#training.catch(() => {}).then(() => false);
    if (await Promise.race([goesOn, ended])) return;
    const back = await this.#recovery.backIfLost();
    if (back) on({ event: "recovered", ...back });
  }

  /** What the run will take, in memory and, by a short measurement of the device, in time. */
  async estimate(): Promise<EstimateEvent> {
    const { step, checkpointed, steps } = this.training;
    const { bytes, flops, seconds } = await this.engine.estimate(step);
    const parameters = checkpointed.model.parameters().reduce((n, p) => n + p.size, 0);
    return { event: "estimate", parameters, bytes, flops, secondsPerStep: seconds, steps };
  }

  /** Goes on from where the run stands, to its last step or until stopped. */
  async train(on: Listener, signal?: AbortSignal): Promise<void> {
    await this.#train(this.steps, on, true, signal);
    if (this.done >= this.steps && !signal?.aborted) await this.finish(signal);
    on({
      event: "done",
      model: this.training.model,
      steps: this.done,
      seconds: this.#seconds,
      ...this.scores,
      adapter: this.engine.adapter.name,
    });
  }

  /** Exactly one training step, told of as one of the whole run. */
  async step(on: Listener): Promise<void> {
    const { steps } = this;
    const { batch } = this.training;
    const ofTheRun: Listener = (e) =>
      on(e.event === "step" ? { ...e, steps, secondsLeft: ((steps - e.step) * batch) / e.examplesPerSecond } : e);
    await this.#train(this.done + 1, ofTheRun, false);
  }

  /** Work of many small steps: training waits for it, for else each of them would wait for training. One at a time. */
  protected undisturbed<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#first.then(work);
    this.#first = done.catch(() => {});
    return done;
  }

  /** Measures the kernels of all steps on this device, and goes on with the fastest. */
  async tune(on: Listener): Promise<void> {
    const { step: trained, others } = this.training;
    for (const step of trained instanceof CapturedStep ? [trained, ...others] : others)
      await this.engine.tune(step, (m) => on({ event: "tune", ...m }));
  }

  /** The whole run as a .safetensors file: it can be resumed exactly. */
  checkpoint(): Promise<Uint8Array> {
    const { model, checkpointed, settings } = this.training;
    const kept = { model, step: String(this.done), steps: String(this.steps), ...settings };
    return saveCheckpoint(this.engine, checkpointed, kept);
  }

  underTheHood(): Promise<UnderTheHood> {
    return underTheHoodOf(this.engine, this.training.step);
  }

  dispose(): void {
    this.engine.dispose();
  }

  async #train(end: number, on: Listener, evaluate: boolean, signal?: AbortSignal): Promise<void> {
    const { step, optimizer, schedule, batch, stepsPerEpoch, evaluateEvery } = this.training;
    const began = performance.now();
    const training = fit({
      engine: this.engine,
      recovery: this.#recovery,
      step,
      optimizer,
      schedule,
      start: this.done,
      end,
      batch,
      stepsPerEpoch,
      evaluateEvery,
      ...(evaluate ? { evaluate: (at: number) => this.evaluate(at, signal) } : {}),
      onEvent: (e) => {
        if (e.event === "recovered") this.#goesOn();
        on(e);
      },
      before: () => this.#first,
      ...(signal ? { signal } : {}),
    });
    this.#training = training;
    await training;
    this.#seconds += (performance.now() - began) / 1000;
    await this.#recovery.keep(this.done);
  }
}
