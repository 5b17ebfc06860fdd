import {
  type ClassifierScores,
  constantSchedule,
  cosineSchedule,
  type Engine,
  type EvalEvent,
  evaluateClassifier,
} from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type RunOptions, type Training, TrainingRun } from "../shared/run";
import { MNIST_MEAN, MNIST_STD, type MnistFiles, mnistSplits } from "./data";
import { likeliest } from "./likeliest";
import { buildParts, CLASSES, type Parts, PREDICTION_BATCH, type Settings } from "./parts";
import { keptOf, metadataOf, settingsFor } from "./settings";

export { loadMnistFiles, type MnistFiles, readMnistFiles } from "./data";

/**
 * By default 64 examples a step for 5 epochs, on a software adapter less than one; learning rate 0.001 for Adam, 0.05 for SGD;
 * held-out digits are looked at once an epoch. What a checkpoint to go on from says of batch, optimizer, rate, seed and steps
 * goes before that.
 */
export type MnistCnnOptions = RunOptions & Partial<Settings>;

/** Held-out digits, pixels 0…1. */
export interface Digits {
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

/** Held-out digits that were taken for others, among the `read` first `of` all. */
export interface Mistakes extends Digits {
  readonly read: number;
  readonly of: number;
}

const PIXELS = 28 * 28;
const EPOCHS = 5;
/** Enough for 97 % on a software adapter within minutes. */
const SOFTWARE_STEPS = 600;

/** The MNIST CNN, ready to train: what the demo page and the command line drive. */
export class MnistCnnRun extends TrainingRun {
  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /** Opens a device, loads the data onto it and compiles everything; tells of the adapter and the progress. */
  static async create(files: MnistFiles, options: MnistCnnOptions, on: Listener): Promise<MnistCnnRun> {
    const { resume } = options;
    const settings = settingsFor(options, resume && metadataOf(resume));
    const { optimizer, lr, batch } = settings;
    const splits = mnistSplits(files);
    return onDevice(options, on, async (engine) => {
      const parts = await buildParts(engine, splits, settings, on);
      const stepsPerEpoch = parts.trainLoader.batches;
      const usual = engine.adapter.software ? SOFTWARE_STEPS : EPOCHS * stepsPerEpoch;
      const steps = lastStepOf(options, stepsPerEpoch, usual);
      const training = {
        model: "mnist-cnn",
        step: parts.train,
        others: [parts.evaluation, parts.prediction, parts.features],
        optimizer: parts.optimizer,
        // Adam's rate falls off towards the end of a planned run: the last steps settle instead of jumping about.
        schedule: optimizer === "adam" ? cosineSchedule(lr, { steps, final: lr / 20 }) : constantSchedule(lr),
        steps,
        batch,
        stepsPerEpoch,
        evaluateEvery: options.evaluateEvery ?? stepsPerEpoch,
        checkpointed: checkpointed(parts),
        settings: keptOf({ ...settings, steps }),
      };
      return new MnistCnnRun(engine, training, resume, parts);
    });
  }

  /** A pass over the held-out digits. */
  async evaluate(step = this.done): Promise<EvalEvent & ClassifierScores> {
    const { trainLoader, evaluation, testLoader, confusion } = this.parts;
    const result = await evaluateClassifier({
      engine: this.engine,
      step: evaluation,
      rewind: () => this.engine.write(testLoader.position, Uint32Array.of(0, 0)),
      batches: testLoader.batches,
      count: testLoader.dataset.count,
      confusion,
    });
    this.scores = { testAccuracy: result.testAccuracy };
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

  /** Held-out digits spread over the test split. */
  testDigits(count: number): Digits {
    const every = Math.floor(this.parts.splits.test.labels.length / count);
    return this.#digits(Array.from({ length: count }, (_, i) => i * every));
  }

  /** The first held-out digits that the network gets wrong, `count` at most, and how many were read to find them. */
  mistakes(count: number): Promise<Mistakes> {
    return this.undisturbed(async () => {
      const { labels } = this.parts.splits.test;
      const wrong: number[] = [];
      let read = 0;
      while (read < labels.length && wrong.length < count) {
        const examples = Array.from({ length: Math.min(PREDICTION_BATCH, labels.length - read) }, (_, i) => read + i);
        const probabilities = await this.predict(this.#digits(examples).pixels, examples.length);
        examples.forEach((example, i) => {
          if (wrong.length === count) return;
          read++;
          if (likeliest(probabilities, i * CLASSES, CLASSES) !== labels[example]) wrong.push(example);
        });
      }
      return { ...this.#digits(wrong), read, of: labels.length };
    });
  }

  #digits(chosen: readonly number[]): Digits {
    const { pixels, labels } = this.parts.splits.test;
    const out = new Float32Array(chosen.length * PIXELS);
    chosen.forEach((example, i) => {
      for (let p = 0; p < PIXELS; p++) out[i * PIXELS + p] = pixels[example * PIXELS + p]! / 255;
    });
    return { pixels: out, labels: Uint8Array.from(chosen, (example) => labels[example]!) };
  }
}

const checkpointed = ({ model, optimizer, trainLoader }: Parts) => ({
  model,
  optimizer,
  states: { loader: trainLoader.position },
});

/** See {@link MnistCnnRun.create}. */
export const createMnistCnn = (files: MnistFiles, options: MnistCnnOptions, on: Listener): Promise<MnistCnnRun> =>
  MnistCnnRun.create(files, options, on);
