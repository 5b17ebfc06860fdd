import { corpusBleu, cosineSchedule, type Engine, type EvalEvent, exactMatch } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type Training, TrainingRun } from "../shared/run";
import { loadedOnce } from "../shared/serveRun";
import { type Answer, Interpreter } from "./interpreter";
import { buildParts, type HeldOut, type Parts } from "./parts";
import { checkSettings, type Settings, settingsOf, type TranslateOptions } from "./settings";

const STEPS = 1000;
const EVALUATE_EVERY = 100;

/** Held-out pairs with what the network makes of them. */
export interface Translated {
  readonly source: string;
  readonly target: string;
  readonly output: string;
}

export interface TranslatedEvent {
  readonly event: "translated";
  readonly step: number;
  readonly list: readonly Translated[];
}

/** A network that learns to translate dates or numbers: what the demo page and the command line drive. */
export class TranslateRun extends TrainingRun {
  /** Is told what the network makes of held-out pairs. */
  onTranslated: (e: TranslatedEvent) => void = () => {};
  readonly #interpreter = loadedOnce((parts: Parts) => Interpreter.create(this.engine, parts));

  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /** Opens a device, makes the pairs, loads them onto the device and compiles everything. */
  static async create(options: TranslateOptions, on: Listener): Promise<TranslateRun> {
    const settings = settingsOf(options);
    checkSettings(settings);
    return onDevice(options, on, async (engine) => {
      const parts = await buildParts(engine, settings, options, on);
      const run = new TranslateRun(engine, trainingOf(parts, settings, options), options.resume, settings, parts);
      on(await run.estimate());
      return run;
    });
  }

  /** Translates the pairs that the network is watched by. */
  async evaluate(step = this.done): Promise<EvalEvent> {
    const testLoss = await this.#judge(this.parts.dev, step);
    return { event: "eval", step, epoch: step / this.parts.loader.batches, testLoss, ...this.scores };
  }

  /** At its end the network is judged by pairs that nobody has looked at. */
  protected override async finish(): Promise<void> {
    await this.#judge(this.parts.test, this.done);
  }

  /** What the network makes of a text, see {@link Interpreter.translate}; its steps are compiled at the first one. */
  async interpret(text: string, width: number): Promise<Answer> {
    const interpreter = await this.#interpreter(this.parts);
    return this.undisturbed(() => interpreter.translate(text, width));
  }

  /** Sets the scores. @returns the loss in nats a character, given the right ones before it */
  async #judge(held: HeldOut, step: number): Promise<number> {
    const list = await this.translate(held);
    const [targets, outputs] = [list.map((t) => t.target), list.map((t) => t.output)];
    this.scores = {
      exactMatch: exactMatch(targets, outputs),
      bleu: corpusBleu(
        targets.map((t) => [[...t]]),
        outputs.map((o) => [...o]),
      ),
      sample: list
        .slice(0, 3)
        .map(({ source, target, output }) => `${source} → ${output}${output === target ? "" : ` (${target})`}`)
        .join("\n"),
    };
    this.onTranslated({ event: "translated", step, list });
    return this.#lossOf(held);
  }

  /** Held-out pairs with the likeliest characters that the network writes. */
  async translate({ pairs }: HeldOut): Promise<Translated[]> {
    const { language, greedy, sizes } = this.parts;
    const made: Translated[] = [];
    for (let at = 0; at < pairs.length; at += greedy.batch) {
      const some = pairs.slice(at, at + greedy.batch);
      const ids = new Int32Array(greedy.batch * sizes.sourceLength);
      const lengths = new Int32Array(greedy.batch);
      some.forEach(({ source }, row) => {
        const encoded = language.source.encode(source);
        ids.set(encoded, row * sizes.sourceLength);
        lengths[row] = encoded.length;
      });
      const written = await greedy.translate(ids, lengths);
      some.forEach((pair, row) => {
        const output = written.subarray(row * sizes.targetLength, (row + 1) * sizes.targetLength);
        made.push({ ...pair, output: language.textOf(output) });
      });
    }
    return made;
  }

  async #lossOf({ loader, loss, pairs }: HeldOut): Promise<number> {
    this.engine.write(loader.position, Uint32Array.of(0, 0));
    await loss.drain();
    for (let b = 0; b < loader.batches; b++) await loss.run();
    const total = (await loss.drain()).reduce((n, { values }) => n + values.loss, 0);
    return total / pairs.reduce((n, { target }) => n + [...target].length + 1, 0);
  }
}

function trainingOf(parts: Parts, settings: Settings, options: TranslateOptions): Training {
  const { train, dev, test, greedy, optimizer, loader, model } = parts;
  const { evaluateEvery = EVALUATE_EVERY } = options;
  const steps = lastStepOf(options, loader.batches, STEPS);
  return {
    model: "translate",
    step: train,
    others: [dev.loss, test.loss, ...greedy.steps],
    optimizer,
    schedule: cosineSchedule(settings.lr, {
      steps,
      warmUp: Math.min(100, Math.ceil(steps / 10)),
      final: settings.lr / 50,
    }),
    steps,
    batch: settings.batch,
    stepsPerEpoch: loader.batches,
    evaluateEvery,
    checkpointed: { model, optimizer, states: { loader: loader.position } },
    settings: { settings: JSON.stringify(settings) },
  };
}

/** See {@link TranslateRun.create}. */
export const createTranslate = (options: TranslateOptions, on: Listener): Promise<TranslateRun> =>
  TranslateRun.create(options, on);
