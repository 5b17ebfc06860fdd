import { bitsPerCharacter, cosineSchedule, type Engine, type EvalEvent } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type RunOptions, type Training, TrainingRun } from "../shared/run";
import { loadedOnce } from "../shared/serveRun";
import { readBook } from "./data";
import { Insight } from "./insight";
import { buildParts, type Parts, type Settings, scoreOf } from "./parts";
import { keptOf, metadataOf, settingsFor } from "./settings";

export { BOOK, fetchBook } from "./data";

/**
 * By default what suits the size of the device; held-out text is looked at every 200 steps, each time with a sample. Settings
 * that are not given are those of the checkpoint to go on from.
 */
export type CharRnnOptions = RunOptions & Partial<Settings>;

/** A piece of a text that the network writes while it is trained; the first one of a text begins it. */
export interface SampleEvent {
  event: "sample";
  step: number;
  piece: string;
  start: boolean;
}

type OnSample = (e: SampleEvent) => void;

const EVALUATE_EVERY = 200;
const SAMPLE = 256;
const SAMPLE_PROMPT = "\n\n";

/** The recurrent network over characters, ready to train: what the demo page and the command line drive. */
export class CharRnnRun extends TrainingRun {
  /** Is told what the network writes while it is trained. */
  onSample: OnSample = () => {};
  readonly #insight = loadedOnce((parts: Parts) => Insight.create(this.engine, parts, this.settings));

  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /** Opens a device, loads the text onto it and compiles everything; tells of the adapter and the progress. */
  static async create(bytes: Uint8Array, options: CharRnnOptions, on: Listener): Promise<CharRnnRun> {
    const { resume, evaluateEvery = EVALUATE_EVERY } = options;
    const stored = resume && metadataOf(resume);
    const book = readBook(bytes);
    return onDevice(options, on, async (engine) => {
      const { steps: usual, ...settings } = settingsFor(options, engine.adapter.software, stored);
      const parts = await buildParts(engine, book, settings, on);
      const { loader, train, dev, test, writer, optimizer } = parts;
      const steps = lastStepOf(options, loader.batches, usual);
      const training = {
        model: "char-rnn",
        step: train,
        others: [dev.step, test.step, ...writer.steps],
        optimizer,
        schedule: cosineSchedule(settings.lr, { steps, final: settings.lr / 20 }),
        steps,
        batch: settings.batch * settings.length,
        stepsPerEpoch: loader.batches,
        evaluateEvery,
        checkpointed: checkpointed(parts),
        settings: keptOf(settings),
      };
      return new CharRnnRun(engine, training, resume, settings, parts);
    });
  }

  /** A pass over held-out text that the network is watched by, and a sample of what it writes. */
  async evaluate(step = this.done): Promise<EvalEvent> {
    const { dev, loader, writer } = this.parts;
    const { loss, accuracy } = await scoreOf(this.engine, dev);
    let start = true;
    const sample = await writer.write(SAMPLE_PROMPT, SAMPLE, (piece) => {
      this.onSample({ event: "sample", step, piece, start });
      start = false;
    });
    this.scores = { testAccuracy: accuracy, bitsPerCharacter: bitsPerCharacter(loss), sample };
    return { event: "eval", step, epoch: step / loader.batches, testLoss: loss, ...this.scores };
  }

  /** At its end the network is judged by the test stretch. */
  protected override async finish(): Promise<void> {
    const { loss, accuracy } = await scoreOf(this.engine, this.parts.test);
    this.scores = { ...this.scores, testAccuracy: accuracy, bitsPerCharacter: bitsPerCharacter(loss) };
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
    return this.#insight(this.parts);
  }
}

/** All that decides the rest of a run: what the network remembers of the text is part of it. */
const checkpointed = ({ model, optimizer, loader, memory, writer }: Parts) => ({
  model,
  optimizer,
  states: { loader: loader.position, ...memory.states(), sampler: writer.sampler.generator.state },
});

/** See {@link CharRnnRun.create}. */
export const createCharRnn = (bytes: Uint8Array, options: CharRnnOptions, on: Listener): Promise<CharRnnRun> =>
  CharRnnRun.create(bytes, options, on);
