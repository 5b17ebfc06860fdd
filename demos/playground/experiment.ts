import { createEngine, type Engine, loadCheckpoint, Recovery, saveCheckpoint, type TrainEvent } from "../../src/index";
import { type UnderTheHood, underTheHoodOf } from "../shared/run";
import type { Points } from "./data";
import { buildParts, type Parts, type PlaygroundOptions } from "./parts";

export type { PlaygroundOptions } from "./parts";

/** How far the network is. */
export interface MeasureEvent {
  event: "measure";
  step: number;
  epoch: number;
  trainLoss: number;
  testLoss: number;
  /** Shares of right answers, 0…1. */
  trainAccuracy: number;
  testAccuracy: number;
}

/** What the network makes of the plane. */
export interface PictureEvent {
  event: "picture";
  /** Probability of orange [GRID, GRID], the upper row first. */
  surface: Float32Array;
  /** For each hidden layer what its units say [width, UNIT_GRID, UNIT_GRID]. */
  hidden: readonly Float32Array[];
}

export type PlaygroundEvent = TrainEvent | MeasureEvent | PictureEvent;
type Listener = (e: PlaygroundEvent) => void;

/** Steps between two measures, and milliseconds between two pictures while it trains. */
const MEASURE_EVERY = 20;
const PICTURE_EVERY = 150;

/** A network on points of the plane, ready to train. */
export class PlaygroundRun {
  /** Steps taken before this run. */
  #before = 0;
  readonly #recovery: Recovery;
  /** The newest training, until it ends. */
  #training: Promise<unknown> = Promise.resolve();
  /** Is told that training goes on with another device. */
  #goesOnTraining: () => void = () => {};
  /** Resolves when what was asked of the device last is submitted. */
  #submitted: Promise<unknown> = Promise.resolve();
  #lr: number;
  #steps: number;

  private constructor(
    readonly engine: Engine,
    readonly options: PlaygroundOptions,
    readonly parts: Parts,
  ) {
    this.#lr = options.lr;
    this.#steps = options.steps;
    this.#recovery = new Recovery(engine);
  }

  /**
   * Opens a device, puts the points onto it and compiles everything; tells of the progress.
   * @param resume a checkpoint of a run with these options
   */
  static async create(options: PlaygroundOptions, on: Listener, resume?: Uint8Array): Promise<PlaygroundRun> {
    // The kernels are too small for their choice to matter.
    const engine = await createEngine({ tuning: false });
    try {
      const parts = await buildParts(engine, options, (done, total) => on({ event: "compile", done, total }));
      const run = new PlaygroundRun(engine, options, parts);
      if (resume) run.#before = Number(loadCheckpoint(engine, resume, checkpointed(parts)).step);
      run.adjust(options);
      return run;
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** Steps taken since the network was new: as many as its states show to whoever reads them now. */
  get done(): number {
    return this.#before + this.parts.training.runs;
  }

  get lost(): Promise<string> {
    return this.engine.lost;
  }

  get points(): { train: Points; test: Points } {
    const { train, test } = this.parts;
    return { train, test };
  }

  /** Takes effect with the next step. */
  adjust({ lr, steps }: { lr: number; steps: number }): void {
    this.#steps = steps;
    this.#lr = lr;
    this.engine.write(this.parts.optimizer.lr, Float32Array.of(lr));
  }

  /** Trains to the last step, or until the signal; on another device, should this one be lost. */
  async train(on: Listener, signal: AbortSignal): Promise<void> {
    void this.#recovery.keep(this.done);
    const training = this.#trainOn(on, signal);
    this.#training = training;
    await training;
    await this.#recovery.keep(this.done);
  }

  /** After the device was lost, for a run at rest: puts it on another one as it was. Training goes on by itself, and is waited for. */
  async recover(on: Listener): Promise<void> {
    const goesOn = new Promise<boolean>((resolve) => {
      this.#goesOnTraining = () => resolve(true);
    });
    const ended = this.#training.catch(() => {}).then(() => false);
    if (await Promise.race([goesOn, ended])) return;
    const back = await this.#recovery.backIfLost();
    if (back) this.#goOn(on, back);
  }

  #goOn(on: Listener, back: { step: number; reason: string }): void {
    this.engine.write(this.parts.optimizer.lr, Float32Array.of(this.#lr));
    on({ event: "recovered", ...back });
  }

  async #trainOn(on: Listener, signal: AbortSignal): Promise<void> {
    for (;;)
      try {
        return await this.#toEnd(on, signal);
      } catch (error) {
        this.#goOn(on, await this.#recovery.back(error));
        this.#goesOnTraining();
      }
  }

  async #toEnd(on: Listener, signal: AbortSignal): Promise<void> {
    const [began, first] = [performance.now(), this.done];
    let drawn = began;
    while (this.done < this.#steps && !signal.aborted) {
      await this.#inTurn(() => this.parts.training.run());
      if (this.#recovery.due) void this.#recovery.keep(this.done);
      if (this.done % MEASURE_EVERY !== 0 && this.done < this.#steps) continue;
      const loss = await this.measure(on);
      const seconds = (performance.now() - began) / 1000;
      on(this.#stepEvent(loss, seconds, this.done - first));
      if (performance.now() - drawn < PICTURE_EVERY) continue;
      await this.picture(on);
      drawn = performance.now();
    }
    await this.look(on);
  }

  /** One step, and how things are after it. */
  async step(on: Listener): Promise<void> {
    const began = performance.now();
    await this.#inTurn(() => this.parts.training.run());
    const loss = await this.look(on);
    on(this.#stepEvent(loss, (performance.now() - began) / 1000, 1));
  }

  /** No training step comes between a measure and the number of steps that it is of: looks are taken while it trains, too. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const submitted = this.#submitted.then(work);
    this.#submitted = submitted.catch(() => {});
    return submitted;
  }

  /** Measures and draws. @returns the loss of all points to learn from */
  async look(on: Listener): Promise<number> {
    const loss = await this.measure(on);
    await this.picture(on);
    return loss;
  }

  /** @returns the loss of all points to learn from */
  async measure(on: Listener): Promise<number> {
    const { measuring, loader } = this.parts;
    const { step, read } = await this.#inTurn(async () => {
      await measuring.run();
      const read = measuring.readAll(["trainLoss", "testLoss", "trainAccuracy", "testAccuracy"]);
      return { step: this.done, read };
    });
    const values = await read;
    const [trainLoss, testLoss] = [values.trainLoss[0]!, values.testLoss[0]!];
    const [trainAccuracy, testAccuracy] = [values.trainAccuracy[0]!, values.testAccuracy[0]!];
    const epoch = step / loader.batches;
    on({ event: "measure", step, epoch, trainLoss, testLoss, trainAccuracy, testAccuracy });
    return trainLoss;
  }

  async picture(on: Listener): Promise<void> {
    const { picturing } = this.parts;
    await picturing.run();
    const names = this.options.widths.map((_, i) => `hidden${i}`);
    const values = await picturing.readAll(["surface", ...names]);
    const hidden = names.map((n) => values[n] as Float32Array);
    on({ event: "picture", surface: values.surface as Float32Array, hidden });
  }

  /** The whole run as a .safetensors file: it can be resumed exactly. @param settings kept in it, as text */
  checkpoint(settings: string): Promise<Uint8Array> {
    return saveCheckpoint(this.engine, checkpointed(this.parts), {
      model: "playground",
      step: String(this.done),
      settings,
    });
  }

  underTheHood(): Promise<UnderTheHood> {
    return underTheHoodOf(this.engine, this.parts.training);
  }

  dispose(): void {
    this.engine.dispose();
  }

  #stepEvent(loss: number, seconds: number, taken: number): TrainEvent {
    const steps = this.#steps;
    const { batch, loader } = this.parts;
    return {
      event: "step",
      step: this.done,
      steps,
      epoch: this.done / loader.batches,
      loss,
      learningRate: this.#lr,
      examplesPerSecond: (taken * batch) / seconds,
      secondsLeft: ((steps - this.done) * seconds) / taken,
    };
  }
}

const checkpointed = ({ model, optimizer, loader }: Parts) => ({
  model,
  optimizer,
  states: { loader: loader.position },
});
