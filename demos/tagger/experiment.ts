import { cosineSchedule, type Engine, type EvalEvent } from "../../src/index";
import { lastStepOf } from "../shared/kept";
import { type Listener, onDevice, type RunOptions, type Training, TrainingRun } from "../shared/run";
import { readCorpus, TAG_NAMES } from "./data";
import type { Judgement } from "./judge";
import { buildParts, type Data, type Parts, prepare, type Settings } from "./parts";
import { type Contexts, LONGEST, type Tagged } from "./reader";
import { keptOf, settingsFor, storedSettings } from "./settings";

export { CORPUS, fetchCorpus } from "./data";

/**
 * By default what suits the size of the device; held-out sentences are tagged every 200 steps. Settings that are not given
 * are those of the checkpoint to go on from.
 */
export type TaggerOptions = RunOptions & Partial<Settings>;

/** A held-out sentence as the network tags it, and its tags in the corpus. */
export interface Example extends Tagged {
  readonly tags: readonly number[];
}

/** What the network was worth by sentences that were not looked at before, once it had taken its last step. */
export interface JudgedEvent extends Judgement {
  event: "judged";
}

const EVALUATE_EVERY = 200;
const WARM_UP = 20;
/**
 * Which of the sentences that it is watched by are shown: chosen by hand, since the corpus, of 1961, also has sentences that
 * nobody should come upon by chance.
 */
export const SHOWN: readonly number[] = [
  ...[1365, 426, 1291, 1182, 816, 2551],
  ...[1608, 2588, 412, 1501, 345, 1542],
  ...[2156, 1137, 463, 755, 1034, 1914],
  ...[1265, 1487, 800, 1789, 2648, 894],
  ...[311, 1077, 712, 1724, 957, 478],
  ...[1251, 2142, 1439, 2253, 2107, 2809],
];

/** The tagger, ready to train: what the demo page and the command line drive. */
export class TaggerRun extends TrainingRun {
  /** Is told the judgement at the end. */
  onJudged: (e: JudgedEvent) => void = () => {};

  private constructor(
    engine: Engine,
    training: Training,
    resume: Uint8Array | undefined,
    readonly settings: Settings,
    readonly parts: Parts,
  ) {
    super(engine, training, resume);
  }

  /** Opens a device, loads the sentences onto it and compiles everything; tells of the adapter and the progress. */
  static async create(data: Data, options: TaggerOptions, on: Listener): Promise<TaggerRun> {
    const { resume, evaluateEvery = EVALUATE_EVERY } = options;
    const stored = resume && storedSettings(resume);
    return onDevice(options, on, async (engine) => {
      const { epochs, ...settings } = settingsFor(options, engine.adapter.software, stored);
      const parts = await buildParts(engine, data, settings, stored?.step ?? 0, on);
      const { train, optimizer } = parts;
      const steps = lastStepOf(options, train.batches, Math.ceil(epochs * train.batches));
      const words = data.corpus.train.reduce((n, s) => n + s.words.length, 0);
      const training = {
        model: "tagger",
        step: train,
        others: train.buckets.map(({ step }) => step),
        optimizer,
        schedule: cosineSchedule(settings.lr, { steps, warmUp: Math.min(WARM_UP, steps), final: settings.lr / 50 }),
        steps,
        batch: words / train.batches,
        stepsPerEpoch: train.batches,
        evaluateEvery,
        checkpointed: checkpointed(parts),
        settings: keptOf(settings),
      };
      return new TaggerRun(engine, training, resume, settings, parts);
    });
  }

  /** Tags the sentences that the network is watched by. */
  async evaluate(step = this.done): Promise<EvalEvent> {
    const { judge, corpus, train } = this.parts;
    const judged = await judge.judge(corpus.dev);
    this.scores = scoresOf(judged);
    return { event: "eval", step, epoch: step / train.batches, testLoss: judged.loss, ...this.scores };
  }

  /** At its end the network is judged by the test sentences. */
  protected override async finish(): Promise<void> {
    const judged = await this.parts.judge.judge(this.parts.corpus.test);
    this.scores = scoresOf(judged);
    this.onJudged({ event: "judged", ...judged });
  }

  /** Tags a text, see {@link Reader.lookInto}. */
  lookInto(text: string, at?: number): Promise<{ tagged: Tagged; at: number; contexts: Contexts }> {
    return this.parts.reader.lookInto(text, at);
  }

  /** Some of the sentences that the network is watched by, as it tags them. @param page any whole number of at least 0 */
  async examples(page: number, count: number): Promise<Example[]> {
    const { corpus, reader } = this.parts;
    const shown = SHOWN.flatMap((i) => corpus.dev[i] ?? []).filter(({ words: { length } }) => length <= LONGEST);
    // A smaller corpus has other sentences.
    const all = shown.length ? shown : corpus.dev.filter(({ words: { length } }) => length <= LONGEST);
    const those = Array.from({ length: Math.min(count, all.length) }, (_, i) => all[(page * count + i) % all.length]!);
    const tagged = await reader.read(those.map(({ words }) => words));
    return tagged.map((t, i) => ({ ...t, tags: those[i]!.tags }));
  }
}

const scoresOf = (j: Judgement) => ({
  testAccuracy: j.accuracy,
  macroF1: j.macroF1,
  unknownAccuracy: j.unknownAccuracy,
  baselineAccuracy: j.baselineAccuracy,
  confusion: j.confusion,
  classes: [...TAG_NAMES],
});

/** All that decides the rest of a run: where each bucket stands, and the random numbers to come. */
const checkpointed = ({ model, optimizer, loaders, generator }: Parts) => ({
  model,
  optimizer,
  states: {
    ...Object.fromEntries(loaders.map((l, i) => [`loader.${i}`, l.position])),
    generator: generator.state,
  },
});

/** Reads a corpus, see {@link readCorpus}: once for any number of runs. */
export const prepareCorpus = (bytes: Uint8Array): Data => prepare(readCorpus(bytes));

/** See {@link TaggerRun.create}. */
export const createTagger = (data: Data, options: TaggerOptions, on: Listener): Promise<TaggerRun> =>
  TaggerRun.create(data, options, on);
