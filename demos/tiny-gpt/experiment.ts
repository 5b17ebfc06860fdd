import { bitsPerCharacter, cosineSchedule, type Engine, type EstimateEvent, type EvalEvent } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type Training, TrainingRun } from "../shared/run";
import type { Corpus, CorpusChoice } from "./data";
import { DRAWING, type Drawing } from "./generation";
import type { Insight } from "./inspection";
import { type Estimate, settingsOf, type TinyGptOptions } from "./options";
import { buildParts, type HeldOut, type Parts } from "./parts";
import { checkSettings, type Settings } from "./settings";

export { corpora } from "./data";

/** Steps on a software adapter: enough for 2.5 bits a character within minutes. */
const SOFTWARE_STEPS = 1000;
const STEPS = 5000;
const EVALUATE_EVERY = 250;
const WARM_UP = 100;

/** What samples begin with. */
const PROMPT = "The whale";
const SAMPLE_TOKENS = 128;
/** Tokens after which each measurement of the pace of generation ends. */
const MEASURED_TOKENS = 48;

/** A tiny GPT, ready to train: what the demo page and the command line drive. */
export class TinyGptRun extends TrainingRun {
  #estimate: EstimateEvent | undefined;

  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /**
   * Opens a device, makes the corpus, loads it onto the device and compiles everything.
   * @param corpusOf the text that the settings want
   */
  static async create(
    corpusOf: (choice: CorpusChoice) => Promise<Corpus>,
    options: TinyGptOptions,
    on: Listener,
  ): Promise<TinyGptRun> {
    const settings = settingsOf(options);
    checkSettings(settings);
    const corpus = await corpusOf(settings);
    return onDevice(options, on, async (engine) => {
      const parts = await buildParts(engine, corpus, settings, on);
      const training = trainingOf(parts, settings, options, engine.adapter.software);
      const run = new TinyGptRun(engine, training, options.resume, settings, parts);
      run.#estimate = await run.estimate();
      on(run.#estimate);
      return run;
    });
  }

  get size(): Estimate {
    const { corpus } = this.parts;
    const { batch, length } = this.settings;
    return {
      ...this.#estimate!,
      tokens: batch * length,
      vocabulary: corpus.tokenizer.size,
      charactersPerToken: corpus.dev.charactersPerToken,
    };
  }

  /** A pass over the stretch that is held out to choose by, and a sample. */
  async evaluate(step = this.done, signal?: AbortSignal): Promise<EvalEvent> {
    const { loss, bits } = await this.#measure(this.parts.dev);
    this.scores = { bitsPerCharacter: bits, sample: await this.sample(signal) };
    return { event: "eval", step, epoch: step / perEpoch(this.parts), testLoss: loss, ...this.scores };
  }

  /** At its end the model is judged by the test stretch. */
  protected override async finish(signal?: AbortSignal): Promise<void> {
    const { bits } = await this.#measure(this.parts.test);
    this.scores = { bitsPerCharacter: bits, sample: await this.sample(signal) };
  }

  /** Text that the model makes, always by the same random numbers. */
  async sample(signal?: AbortSignal): Promise<string> {
    let text = PROMPT;
    await this.generate(PROMPT, SAMPLE_TOKENS, DRAWING, (more) => {
      text += more;
      return !signal?.aborted;
    });
    return text;
  }

  /**
   * Goes on from a text.
   * @param onText gets what is new, a few tokens at a time; what it returns says whether to go on
   * @returns tokens a second
   */
  async generate(prompt: string, count: number, drawing: Drawing, onText: (text: string) => boolean): Promise<number> {
    const { corpus, generation } = this.parts;
    const { tokenizer } = corpus;
    const tokens: number[] = [];
    let shown = "";
    const began = performance.now();
    await generation.generate(this.#encode(prompt), count, drawing, (more) => {
      tokens.push(...more);
      // A token may end within a character: what is not whole yet waits.
      const text = tokenizer.decode(tokens).replace(/\ufffd+$/, tokens.length < count ? "" : "\ufffd");
      const added = text.slice(shown.length);
      shown = text;
      return onText(added);
    });
    return (1000 * tokens.length) / (performance.now() - began);
  }

  /** Tokens a second with the cache of keys and values, and without. */
  pace(): Promise<{ cached: number; plain: number }> {
    return this.parts.generation.measure(Math.min(MEASURED_TOKENS, Math.max(1, this.settings.length - 2)));
  }

  /** What goes on in the model while it reads a text: attention, and guesses after each block. */
  async look(text: string): Promise<Insight & { texts: string[]; guessed: string[] }> {
    const { corpus, inspection } = this.parts;
    const ids = this.#encode(text).slice(-inspection.most);
    const insight = await inspection.look([...ids]);
    const show = (id: number) => corpus.tokenizer.decode([id]);
    return { ...insight, texts: [...ids].map(show), guessed: [...insight.guesses].map(show) };
  }

  /** Tokens of a text; a text without any is a line's end. */
  #encode(text: string): Int32Array {
    const { tokenizer } = this.parts.corpus;
    return tokenizer.encode(text || "\n");
  }

  /** Loss in nats a token and bits a character of a held-out stretch. */
  async #measure({ loader, step, stretch }: HeldOut): Promise<{ loss: number; bits: number }> {
    this.engine.write(loader.position, Uint32Array.of(0, 0));
    await step.drain();
    let total = 0;
    for (let b = 1; b <= loader.batches; b++) {
      await step.run();
      if (b % 100 && b < loader.batches) continue;
      for (const { values } of await step.drain()) total += values.loss;
    }
    const loss = total / loader.labels;
    return { loss, bits: bitsPerCharacter(loss, stretch.charactersPerToken) };
  }
}

function trainingOf(parts: Parts, settings: Settings, options: TinyGptOptions, software: boolean): Training {
  const { train, dev, test, generation, inspection, optimizer } = parts;
  const { evaluateEvery = EVALUATE_EVERY } = options;
  const stepsPerEpoch = perEpoch(parts);
  const steps = lastStepOf(options, stepsPerEpoch, software ? SOFTWARE_STEPS : STEPS);
  const warmUp = Math.min(WARM_UP, Math.ceil(steps / 10));
  return {
    model: "tiny-gpt",
    step: train,
    others: [dev.step, test.step, generation.one, generation.many, generation.plain, inspection.step],
    optimizer,
    schedule: cosineSchedule(settings.lr, { steps, warmUp, final: settings.lr / 10 }),
    steps,
    batch: settings.batch,
    stepsPerEpoch,
    evaluateEvery,
    checkpointed: checkpointed(parts),
    settings: { settings: JSON.stringify(settings) },
  };
}

/** Steps after which as many tokens have been read as the training text has. */
function perEpoch({ loader, corpus }: Parts): number {
  const { batch, length } = loader.options;
  return corpus.train.length / (batch * length);
}

const checkpointed = ({ model, optimizer, loader, generator }: Parts) => ({
  model,
  optimizer,
  states: { loader: loader.position, generator: generator.state },
});

/** See {@link TinyGptRun.create}. */
export const createTinyGpt = (
  corpusOf: (choice: CorpusChoice) => Promise<Corpus>,
  options: TinyGptOptions,
  on: Listener,
): Promise<TinyGptRun> => TinyGptRun.create(corpusOf, options, on);
