import {
  bitsPerCharacter,
  cosineSchedule,
  createEngine,
  type Engine,
  type EvalEvent,
  fit,
  type KernelTime,
  loadCheckpoint,
  saveCheckpoint,
  type TrainEvent,
  type TuningStore,
} from "../../src/index";
import { type Book, readBook } from "./data";
import { Insight } from "./insight";
import { buildParts, type Parts, type Score, type Settings, scoreOf } from "./parts";
import { metadataOf, settingsFor } from "./settings";

export { BOOK, fetchBook } from "./data";

export interface CharRnnOptions extends Partial<Settings> {
  /** Passes over the training stretch; default what the size of the network wants. */
  epochs?: number;
  /** Steps in all; goes before `epochs`. */
  steps?: number;
  /** Steps between two looks at held-out text, each with a sample; default 200. */
  evaluateEvery?: number;
  /** A checkpoint to go on from: settings that are not given are its own. */
  resume?: Uint8Array;
  /** Where to ask for an adapter. */
  gpu?: GPU;
  /** Where it is kept which kernels are the fastest. */
  tuning?: TuningStore;
}

/** What the run does on the device. */
export interface UnderTheHood {
  plan: string;
  dispatches: number;
  submits: number;
  memory: { inUse: number; held: number; peak: number };
  kernels: readonly KernelTime[] | null;
  adapter: string;
  software: boolean;
}

/** A piece of a text that the network writes while it is trained; the first one of a text begins it. */
export interface SampleEvent {
  event: "sample";
  step: number;
  piece: string;
  start: boolean;
}

export type OnSample = (e: SampleEvent) => void;

const EVALUATE_EVERY = 200;
const SAMPLE = 256;
const SAMPLE_PROMPT = "\n\n";

/** The recurrent network over characters, ready to train: what the demo page and the command line drive. */
export class CharRnnRun {
  #done: number;
  #seconds = 0;
  #score: Score = { loss: Number.NaN, accuracy: Number.NaN };
  #sample = "";
  #insight: Promise<Insight> | undefined;

  private constructor(
    readonly engine: Engine,
    readonly settings: Settings,
    readonly steps: number,
    readonly evaluateEvery: number,
    readonly parts: Parts,
    start: number,
  ) {
    this.#done = start;
  }

  /** Opens a device, loads the text onto it and compiles everything; tells of the adapter and the progress. */
  static async create(bytes: Uint8Array, options: CharRnnOptions, on: (e: TrainEvent) => void): Promise<CharRnnRun> {
    const stored = options.resume && metadataOf(options.resume);
    const book = readBook(bytes);
    const engine = await createEngine({
      ...(options.gpu && { gpu: options.gpu }),
      ...(options.tuning && { tuning: options.tuning }),
    });
    try {
      const { name: adapter, software, features } = engine.adapter;
      on({ event: "adapter", adapter, software, features: [...features] });
      const { steps: usual, ...settings } = settingsFor(options, software, stored);
      const parts = await buildParts(engine, book, settings, on);
      const { epochs, steps = epochs ? epochs * parts.loader.batches : usual } = options;
      const start = options.resume ? Number(loadCheckpoint(engine, options.resume, checkpointed(parts)).step) : 0;
      return new CharRnnRun(engine, settings, steps, options.evaluateEvery ?? EVALUATE_EVERY, parts, start);
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** Steps taken since the model was new. */
  get done(): number {
    return this.#done;
  }

  get book(): Book {
    return this.parts.book;
  }

  /** Resolves with a plain reason if the device is lost. */
  get lost(): Promise<string> {
    return this.engine.lost;
  }

  /** Goes on from where the run stands, to its last step or until stopped. At its end the network is judged by the test stretch. */
  async train(on: (e: TrainEvent) => void, signal?: AbortSignal, onSample?: OnSample): Promise<void> {
    await this.#train(this.steps, on, signal, onSample ?? (() => {}));
    if (this.#done >= this.steps) this.#score = await scoreOf(this.engine, this.parts.test);
    on({
      event: "done",
      model: "char-rnn",
      steps: this.#done,
      seconds: this.#seconds,
      ...this.#scores(),
      adapter: this.engine.adapter.name,
    });
  }

  /** Exactly one training step. */
  async step(on: (e: TrainEvent) => void): Promise<void> {
    await this.#train(this.#done + 1, on);
  }

  /** Measures the kernels of all steps on this device, and goes on with the fastest. */
  async tune(on: (e: TrainEvent) => void): Promise<void> {
    const { train, dev, test, writer } = this.parts;
    for (const step of [train, dev.step, test.step, ...writer.steps])
      await this.engine.tune(step, (m) => on({ event: "tune", ...m }));
  }

  /** A pass over held-out text that the network is watched by, and a sample of what it writes. */
  async evaluate(step = this.#done, onSample?: OnSample): Promise<EvalEvent> {
    const { dev, loader, writer } = this.parts;
    this.#score = await scoreOf(this.engine, dev);
    let start = true;
    this.#sample = await writer.write(SAMPLE_PROMPT, SAMPLE, (piece) => {
      onSample?.({ event: "sample", step, piece, start });
      start = false;
    });
    return { event: "eval", step, epoch: step / loader.batches, testLoss: this.#score.loss, ...this.#scores() };
  }

  /** Continues a text, see {@link Writer.write}. */
  write(prompt: string, count: number, onText?: (piece: string) => void, signal?: AbortSignal): Promise<string> {
    return this.parts.writer.write(prompt, count, onText, signal);
  }

  /** Of all texts from now on; 0 takes the likeliest character each time. */
  setTemperature(temperature: number): void {
    this.engine.write(this.parts.writer.sampler.temperature, Float32Array.of(temperature));
  }

  /** What the network does inside while it reads; its steps are compiled at the first look. */
  insight(): Promise<Insight> {
    this.#insight ??= Insight.create(this.engine, this.parts, this.settings);
    return this.#insight;
  }

  /** The whole run as a .safetensors file: it can be resumed exactly. */
  checkpoint(): Promise<Uint8Array> {
    const { cell, layers, hidden, batch, length, lr, seed } = this.settings;
    const settings = Object.entries({ cell, layers, hidden, batch, length, lr, seed });
    const metadata = Object.fromEntries(settings.map(([name, value]) => [name, String(value)]));
    return saveCheckpoint(this.engine, checkpointed(this.parts), {
      model: "char-rnn",
      step: String(this.#done),
      ...metadata,
    });
  }

  async underTheHood(): Promise<UnderTheHood> {
    const { train } = this.parts;
    const { inUse, held, peak } = this.engine.memory;
    return {
      plan: String(train.plan),
      dispatches: train.plan.dispatches.length,
      submits: train.submits,
      memory: { inUse, held, peak },
      kernels: await train.profile(),
      adapter: this.engine.adapter.name,
      software: this.engine.adapter.software,
    };
  }

  dispose(): void {
    this.engine.dispose();
  }

  #scores() {
    const { loss, accuracy } = this.#score;
    return { testAccuracy: accuracy, bitsPerCharacter: bitsPerCharacter(loss), sample: this.#sample };
  }

  /** With `onSample` held-out text is looked at on the way. */
  async #train(end: number, on: (e: TrainEvent) => void, signal?: AbortSignal, onSample?: OnSample): Promise<void> {
    const { loader, optimizer, train } = this.parts;
    const { lr, batch, length } = this.settings;
    const began = performance.now();
    this.#done = await fit({
      engine: this.engine,
      step: train,
      optimizer,
      schedule: cosineSchedule(lr, { steps: this.steps, final: lr / 20 }),
      start: this.#done,
      end,
      batch: batch * length,
      stepsPerEpoch: loader.batches,
      evaluateEvery: this.evaluateEvery,
      ...(onSample ? { evaluate: (step: number) => this.evaluate(step, onSample) } : {}),
      onEvent: on,
      ...(signal ? { signal } : {}),
    });
    this.#seconds += (performance.now() - began) / 1000;
  }
}

/** All that decides the rest of a run: what the network remembers of the text is part of it. */
const checkpointed = ({ model, optimizer, loader, memory, writer }: Parts) => ({
  model,
  optimizer,
  states: { loader: loader.position, ...memory.states(), sampler: writer.sampler.generator.state },
});

/** See {@link CharRnnRun.create}. */
export const createCharRnn = (
  bytes: Uint8Array,
  options: CharRnnOptions,
  on: (e: TrainEvent) => void,
): Promise<CharRnnRun> => CharRnnRun.create(bytes, options, on);
