import {
  CheckpointError,
  type ClassifierScores,
  constantSchedule,
  cosineSchedule,
  createEngine,
  decodeSafetensors,
  type Engine,
  type EvalEvent,
  evaluateClassifier,
  fit,
  type KernelTime,
  loadCheckpoint,
  saveCheckpoint,
  type TrainEvent,
  type TuningStore,
} from "../../src/index";
import { MNIST_MEAN, MNIST_STD, type MnistFiles, mnistSplits } from "./data";
import { buildParts, CLASSES, type Parts, PREDICTION_BATCH, type Settings } from "./parts";

export { loadMnistFiles, type MnistFiles, readMnistFiles } from "./data";

export interface MnistCnnOptions {
  /** Passes over the training split; default 5, on a software adapter less than one. */
  epochs?: number;
  /** Steps in all; goes before `epochs`. */
  steps?: number;
  /** Examples a step; default 64. */
  batch?: number;
  /** Learning rate; default 0.001 for Adam, 0.05 for SGD. */
  lr?: number;
  /** Decides first weights and the order of the examples; default 0. */
  seed?: number;
  optimizer?: "adam" | "sgd";
  /** Steps between two passes over the held-out digits; default an epoch. */
  evaluateEvery?: number;
  /** A checkpoint to go on from. */
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

const PIXELS = 28 * 28;
/** Enough for 97 % on a software adapter within minutes. */
const SOFTWARE_STEPS = 600;

/** The MNIST CNN, ready to train: what the demo page and the command line drive. */
export class MnistCnnRun {
  #done: number;
  #lastAccuracy = Number.NaN;
  #seconds = 0;

  private constructor(
    readonly engine: Engine,
    readonly options: Settings,
    readonly steps: number,
    readonly parts: Parts,
    start: number,
  ) {
    this.#done = start;
  }

  /** Opens a device, loads the data onto it and compiles everything; tells of the adapter and the progress. */
  static async create(files: MnistFiles, options: MnistCnnOptions, on: (e: TrainEvent) => void): Promise<MnistCnnRun> {
    if (options.resume) checkKind(options.resume);
    const splits = mnistSplits(files);
    const engine = await createEngine({
      ...(options.gpu && { gpu: options.gpu }),
      ...(options.tuning && { tuning: options.tuning }),
    });
    try {
      const { name: adapter, software, features } = engine.adapter;
      on({ event: "adapter", adapter, software, features: [...features] });
      const { batch = 64, seed = 0, optimizer = "adam" } = options;
      const lr = options.lr ?? (optimizer === "adam" ? 1e-3 : 0.05);
      const { evaluateEvery } = options;
      const settings: Settings = { batch, seed, optimizer, lr, ...(evaluateEvery ? { evaluateEvery } : {}) };
      const parts = await buildParts(engine, splits, settings, on);
      const perEpoch = parts.trainLoader.batches;
      const steps =
        options.steps ?? (options.epochs ? options.epochs * perEpoch : software ? SOFTWARE_STEPS : 5 * perEpoch);
      const start = options.resume ? restore(engine, parts, options.resume) : 0;
      return new MnistCnnRun(engine, settings, steps, parts, start);
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** Steps taken since the model was new. */
  get done(): number {
    return this.#done;
  }

  /** Resolves with a plain reason if the device is lost. */
  get lost(): Promise<string> {
    return this.engine.lost;
  }

  /** Goes on from where the run stands, to its last step or until stopped. */
  async train(on: (e: TrainEvent) => void, signal?: AbortSignal): Promise<void> {
    await this.#train(this.steps, on, signal, true);
    on({
      event: "done",
      model: "mnist-cnn",
      steps: this.#done,
      seconds: this.#seconds,
      testAccuracy: this.#lastAccuracy,
      adapter: this.engine.adapter.name,
    });
  }

  /** Exactly one training step. */
  async step(on: (e: TrainEvent) => void): Promise<void> {
    await this.#train(this.#done + 1, on, undefined, false);
  }

  /** Measures the kernels of all steps on this device, and goes on with the fastest. */
  async tune(on: (e: TrainEvent) => void): Promise<void> {
    const { train, evaluation, prediction, features } = this.parts;
    for (const step of [train, evaluation, prediction, features])
      await this.engine.tune(step, (m) => on({ event: "tune", ...m }));
  }

  /** A pass over the held-out digits. */
  async evaluate(step = this.#done): Promise<EvalEvent & ClassifierScores> {
    const { trainLoader, evaluation, testLoader, confusion } = this.parts;
    const result = await evaluateClassifier({
      engine: this.engine,
      step: evaluation,
      rewind: () => this.engine.write(testLoader.position, Uint32Array.of(0, 0)),
      batches: testLoader.batches,
      count: testLoader.dataset.count,
      confusion,
    });
    this.#lastAccuracy = result.testAccuracy;
    return { ...result, step, epoch: step / trainLoader.batches };
  }

  /** Class probabilities [n · 10] of pictures given as pixels 0…1 [n · 784]. */
  async predict(pixels: Float32Array, n: number): Promise<Float32Array> {
    const out = new Float32Array(n * CLASSES);
    for (let start = 0; start < n; start += PREDICTION_BATCH) {
      const count = Math.min(PREDICTION_BATCH, n - start);
      const x = new Float32Array(PREDICTION_BATCH * PIXELS).fill(-MNIST_MEAN / MNIST_STD);
      for (let i = 0; i < count * PIXELS; i++) x[i] = (pixels[start * PIXELS + i]! - MNIST_MEAN) / MNIST_STD;
      await this.parts.prediction.run({ x });
      const probabilities = await this.parts.prediction.read("probabilities");
      out.set(probabilities.subarray(0, count * CLASSES), start * CLASSES);
    }
    return out;
  }

  /** Kernels of the first convolution [16, 3, 3] and what they make of a picture [16, 28, 28], after ReLU. */
  async featureMaps(pixels: Float32Array): Promise<{ filters: Float32Array; maps: Float32Array }> {
    const x = Float32Array.from(pixels, (p) => (p - MNIST_MEAN) / MNIST_STD);
    await this.parts.features.run({ x });
    const { filters, maps } = await this.parts.features.readAll(["filters", "maps"]);
    return { filters: filters as Float32Array, maps: maps as Float32Array };
  }

  /** Held-out digits spread over the test split, pixels 0…1. */
  testDigits(count: number): { pixels: Float32Array; labels: Uint8Array } {
    const { pixels, labels } = this.parts.splits.test;
    const every = Math.floor(labels.length / count);
    const chosen = Array.from({ length: count }, (_, i) => i * every);
    const out = new Float32Array(count * PIXELS);
    chosen.forEach((example, i) => {
      for (let p = 0; p < PIXELS; p++) out[i * PIXELS + p] = pixels[example * PIXELS + p]! / 255;
    });
    return { pixels: out, labels: Uint8Array.from(chosen, (example) => labels[example]!) };
  }

  /** The whole run as a .safetensors file: it can be resumed exactly. */
  checkpoint(): Promise<Uint8Array> {
    const metadata = { model: "mnist-cnn", step: String(this.#done), optimizer: this.options.optimizer };
    return saveCheckpoint(this.engine, checkpointed(this.parts), metadata);
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

  async #train(end: number, on: (e: TrainEvent) => void, signal: AbortSignal | undefined, evaluate: boolean) {
    const { trainLoader, optimizer, train } = this.parts;
    const { lr } = this.options;
    const began = performance.now();
    this.#done = await fit({
      engine: this.engine,
      step: train,
      optimizer,
      // Adam's rate falls off towards the end of a planned run: the last steps settle instead of jumping about.
      schedule:
        this.options.optimizer === "adam"
          ? cosineSchedule(lr, { steps: this.steps, final: lr / 20 })
          : constantSchedule(lr),
      start: this.#done,
      end,
      batch: this.options.batch,
      stepsPerEpoch: trainLoader.batches,
      ...(evaluate ? { evaluate: (step: number) => this.evaluate(step) } : {}),
      ...(this.options.evaluateEvery ? { evaluateEvery: this.options.evaluateEvery } : {}),
      onEvent: on,
      ...(signal ? { signal } : {}),
    });
    this.#seconds += (performance.now() - began) / 1000;
  }
}

const checkpointed = ({ model, optimizer, trainLoader }: Parts) => ({
  model,
  optimizer,
  states: { loader: trainLoader.position },
});

/** @throws CheckpointError, before any GPU work, where the bytes are no checkpoint of this model */
function checkKind(bytes: Uint8Array): void {
  const { model, step } = decodeSafetensors(bytes).metadata;
  if (model !== "mnist-cnn" || !/^\d+$/.test(step ?? ""))
    throw new CheckpointError("checkpoint", "not one of mnist-cnn", { model: String(model) });
}

/** Goes back to where a checkpoint was taken, and says at which step. */
const restore = (engine: Engine, parts: Parts, bytes: Uint8Array): number =>
  Number(loadCheckpoint(engine, bytes, checkpointed(parts)).step);

/** See {@link MnistCnnRun.create}. */
export const createMnistCnn = (
  files: MnistFiles,
  options: MnistCnnOptions,
  on: (e: TrainEvent) => void,
): Promise<MnistCnnRun> => MnistCnnRun.create(files, options, on);
