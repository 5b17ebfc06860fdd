import {
  bitsPerCharacter,
  cosineSchedule,
  createEngine,
  type Engine,
  type EvalEvent,
  fit,
  loadCheckpoint,
  saveCheckpoint,
  type TrainEvent,
} from "../../src/index";
import type { Corpus, CorpusChoice } from "./data";
import { DRAWING, type Drawing } from "./generation";
import type { Insight } from "./inspection";
import { type Estimate, settingsOf, type TinyGptOptions, type UnderTheHood } from "./options";
import { buildParts, type HeldOut, type Parts } from "./parts";
import { checkSettings, type Settings, SHAPE } from "./settings";

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
export class TinyGptRun {
  #done: number;
  #seconds = 0;
  #bits = Number.NaN;
  #sample = "";

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

  /**
   * Opens a device, makes the corpus, loads it onto the device and compiles everything.
   * @param corpusOf the text that the settings want
   */
  static async create(
    corpusOf: (choice: CorpusChoice) => Promise<Corpus>,
    options: TinyGptOptions,
    on: (e: TrainEvent) => void,
  ): Promise<TinyGptRun> {
    const settings = settingsOf(options);
    checkSettings(settings);
    const corpus = await corpusOf(settings);
    const engine = await createEngine({
      ...(options.gpu && { gpu: options.gpu }),
      ...(options.tuning && { tuning: options.tuning }),
    });
    try {
      const { name: adapter, software, features } = engine.adapter;
      on({ event: "adapter", adapter, software, features: [...features] });
      const parts = await buildParts(engine, corpus, settings, on);
      const { epochs, evaluateEvery = EVALUATE_EVERY } = options;
      const usual = epochs ? Math.ceil(epochs * perEpoch(parts)) : software ? SOFTWARE_STEPS : STEPS;
      const start = options.resume ? restore(engine, parts, options.resume) : 0;
      return new TinyGptRun(engine, settings, options.steps ?? usual, evaluateEvery, parts, start);
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

  get estimate(): Estimate {
    const { model, train, corpus } = this.parts;
    const { batch, length } = this.settings;
    return {
      parameters: model.parameters().reduce((n, p) => n + p.size, 0),
      bytes: train.plan.bytes.total,
      flops: train.plan.flops,
      tokens: batch * length,
      vocabulary: corpus.tokenizer.size,
      charactersPerToken: corpus.dev.charactersPerToken,
    };
  }

  /** Goes on from where the run stands, to its last step or until stopped; at the end judges by the test stretch. */
  async train(on: (e: TrainEvent) => void, signal?: AbortSignal): Promise<void> {
    await this.#train(this.steps, on, signal, true);
    if (!signal?.aborted) {
      this.#bits = (await this.#measure(this.parts.test)).bits;
      this.#sample = await this.sample(signal);
    }
    on({
      event: "done",
      model: "tiny-gpt",
      steps: this.#done,
      seconds: this.#seconds,
      ...(Number.isNaN(this.#bits) ? {} : { bitsPerCharacter: this.#bits }),
      sample: this.#sample,
      adapter: this.engine.adapter.name,
    });
  }

  /** Exactly one training step. */
  async step(on: (e: TrainEvent) => void): Promise<void> {
    await this.#train(this.#done + 1, on, undefined, false);
  }

  /** Measures the kernels of all steps on this device, and goes on with the fastest. */
  async tune(on: (e: TrainEvent) => void): Promise<void> {
    const { train, dev, test, generation, inspection } = this.parts;
    const { one, many, plain } = generation;
    for (const step of [train, dev.step, test.step, one, many, plain, inspection.step])
      await this.engine.tune(step, (m) => on({ event: "tune", ...m }));
  }

  /** A pass over the stretch that is held out to choose by, and a sample. */
  async evaluate(step = this.#done, signal?: AbortSignal): Promise<EvalEvent> {
    const { loss, bits } = await this.#measure(this.parts.dev);
    this.#bits = bits;
    this.#sample = await this.sample(signal);
    return {
      event: "eval",
      step,
      epoch: step / perEpoch(this.parts),
      testLoss: loss,
      bitsPerCharacter: bits,
      sample: this.#sample,
    };
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

  /** The whole run as a .safetensors file: it can be resumed exactly. */
  checkpoint(): Promise<Uint8Array> {
    const shape = Object.fromEntries(SHAPE.map((name) => [name, this.settings[name]]));
    const metadata = { model: "tiny-gpt", step: String(this.#done), shape: JSON.stringify(shape) };
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

  async #train(end: number, on: (e: TrainEvent) => void, signal: AbortSignal | undefined, evaluate: boolean) {
    const { optimizer, train } = this.parts;
    const { lr, batch } = this.settings;
    const { steps, evaluateEvery } = this;
    const began = performance.now();
    this.#done = await fit({
      engine: this.engine,
      step: train,
      optimizer,
      schedule: cosineSchedule(lr, { steps, warmUp: Math.min(WARM_UP, Math.ceil(steps / 10)), final: lr / 10 }),
      start: this.#done,
      end,
      batch,
      stepsPerEpoch: perEpoch(this.parts),
      ...(evaluate ? { evaluate: (step: number) => this.evaluate(step, signal) } : {}),
      evaluateEvery,
      onEvent: on,
      ...(signal ? { signal } : {}),
    });
    this.#seconds += (performance.now() - began) / 1000;
  }
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

/** Goes back to where a checkpoint was taken, and says at which step. */
const restore = (engine: Engine, parts: Parts, bytes: Uint8Array): number =>
  Number(loadCheckpoint(engine, bytes, checkpointed(parts)).step);

/** See {@link TinyGptRun.create}. */
export const createTinyGpt = (
  corpusOf: (choice: CorpusChoice) => Promise<Corpus>,
  options: TinyGptOptions,
  on: (e: TrainEvent) => void,
): Promise<TinyGptRun> => TinyGptRun.create(corpusOf, options, on);
