import { bitsPerCharacter, classificationReport, cosineSchedule, type Engine, type EvalEvent } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type RunOptions, type Training, TrainingRun } from "../shared/run";
import { KIND_NAMES, type Known, lookup, readNames, written } from "./data";
import type { Atlas, Opinion } from "./follower";
import { KINDS } from "./model";
import { buildParts, type Parts, type Score, type Settings, scoreOf } from "./parts";
import { keptOf, metadataOf, settingsFor, USUAL } from "./settings";

export { fetchLists, LISTS } from "./data";

/** Held-out names are looked at every 100 steps by default. Settings not given are those of the checkpoint to go on from. */
export type NamesOptions = RunOptions & Partial<Settings>;

/** A name that the network made, and what the lists say of it. */
export interface Invention {
  readonly name: string;
  readonly kind: number;
  readonly known: Known;
}

/** How both networks do on names that they learn from and on names held out, and what the writer invents. */
export interface MeasureEvent {
  event: "measure";
  step: number;
  seen: Score;
  held: Score;
  invented: readonly Invention[];
}

const EVALUATE_EVERY = 100;
/** Names of each kind in a sample. */
const SAMPLED = 6;

/** Two networks over the letters of names, ready to train: what the demo page and the command line drive. */
export class NamesRun extends TrainingRun {
  /** Is told more of each look at held-out names than an event of evaluation says. */
  onMeasure: (e: MeasureEvent) => void = () => {};
  readonly #known: (name: string) => Known;

  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
    this.#known = lookup(parts.names);
  }

  /** Opens a device, loads the names onto it and compiles everything; tells of the adapter and the progress. */
  static async create(lists: readonly Uint8Array[], options: NamesOptions, on: Listener): Promise<NamesRun> {
    const { resume, evaluateEvery = EVALUATE_EVERY } = options;
    const settings = settingsFor(options, resume && metadataOf(resume));
    const names = readNames(lists);
    return onDevice(options, on, async (engine) => {
      const parts = await buildParts(engine, names, settings, on);
      const { loader, train, seen, dev, test, follower, inventor, optimizer } = parts;
      const steps = lastStepOf(options, loader.batches, USUAL.steps);
      const training = {
        model: "names",
        step: train,
        others: [seen.step, dev.step, test.step, ...follower.steps, ...inventor.steps],
        optimizer,
        schedule: cosineSchedule(settings.lr, { steps, final: settings.lr / 20 }),
        steps,
        batch: settings.batch,
        stepsPerEpoch: loader.batches,
        evaluateEvery,
        checkpointed: checkpointed(parts),
        settings: keptOf(settings),
      };
      return new NamesRun(engine, training, resume, settings, parts);
    });
  }

  /** A pass over the names that the networks are watched by, and a few inventions. */
  async evaluate(step = this.done): Promise<EvalEvent> {
    const { seen, dev, loader } = this.parts;
    const measured = { seen: await scoreOf(this.engine, seen), held: await scoreOf(this.engine, dev) };
    const invented = await this.invent("", SAMPLED);
    this.onMeasure({ event: "measure", step, ...measured, invented });
    const { held } = measured;
    this.scores = { ...scoresOf(held), sample: sampleOf(invented) };
    const testLoss = held.readingLoss + held.writingLoss;
    return { event: "eval", step, epoch: step / loader.batches, testLoss, ...this.scores };
  }

  /** At its end both networks are judged by the names of the test. */
  protected override async finish(): Promise<void> {
    this.scores = { ...this.scores, ...scoresOf(await scoreOf(this.engine, this.parts.test)) };
  }

  /** What the reader thinks of a name, letter by letter, and whether it has learnt from it. */
  async read(name: string): Promise<Opinion & { known: Known }> {
    const opinion = await this.parts.follower.read(name);
    return { ...opinion, known: this.#known(opinion.name) };
  }

  /** Names that begin so, at the temperature set; girls' first. */
  async invent(beginning: string, most = Number.POSITIVE_INFINITY): Promise<Invention[]> {
    const invented = await this.parts.inventor.invent(beginning);
    return invented.flatMap((names, kind) =>
      names.slice(0, most).map((name) => ({ name, kind, known: this.#known(name) })),
    );
  }

  /** Of all inventions from now on; 0 takes the likeliest letter each time. */
  setTemperature(temperature: number): void {
    this.engine.write(this.parts.inventor.sampler.temperature, Float32Array.of(temperature));
  }

  map(): Promise<Atlas> {
    return this.parts.follower.map();
  }
}

const scoresOf = ({ accuracy, writingLoss, confusion }: Score) => ({
  testAccuracy: accuracy,
  macroF1: classificationReport(confusion.flat(), KINDS).macro.f1,
  confusion,
  bitsPerCharacter: bitsPerCharacter(writingLoss),
});

const sampleOf = (invented: readonly Invention[]): string =>
  KIND_NAMES.map((title, kind) => {
    const names = invented.filter((i) => i.kind === kind).map((i) => written(i.name) || "–");
    return `${title}s: ${names.join(", ")}`;
  }).join("\n");

/** All that decides the rest of a run. */
const checkpointed = ({ model, optimizer, loader, generator, inventor }: Parts) => ({
  model,
  optimizer,
  states: { loader: loader.position, dropout: generator.state, sampler: inventor.sampler.generator.state },
});

/** See {@link NamesRun.create}. */
export const createNames = (lists: readonly Uint8Array[], options: NamesOptions, on: Listener): Promise<NamesRun> =>
  NamesRun.create(lists, options, on);
