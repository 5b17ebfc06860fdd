import {
  argMax,
  bucketByLength,
  bucketedBatches,
  type CapturedStep,
  classificationReport,
  type Engine,
  padSequences,
  softmaxCrossEntropy,
} from "../../src/index";
import type { CompileProgress } from "../shared/run";
import type { MostFrequentTag } from "./baseline";
import { type Sentence, TAG_NAMES } from "./data";
import { FEATURES, type Lexicon, NOTHING } from "./features";
import type { Tagger } from "./model";

const CLASSES = TAG_NAMES.length;
/** Longest sentences of a step; beyond the last as long as is needed. */
const LENGTHS = [16, 32, 64];
/** Places of a step, filled or not. */
const PLACES = 4096;

/** How well sentences are tagged that the network has not learnt from. */
export interface Judgement {
  /** Mean cross-entropy in nats a word. */
  readonly loss: number;
  /** Share of the words with the right tag, 0…1; and of those that training does not have. */
  readonly accuracy: number;
  readonly unknownAccuracy: number;
  readonly words: number;
  readonly unknownWords: number;
  /** What the most frequent tag of each word would reach, on the same words. */
  readonly baselineAccuracy: number;
  readonly macroF1: number;
  /** `confusion[label][predicted]` counts, by index of TAG_NAMES. */
  readonly confusion: number[][];
}

interface Step {
  readonly rows: number;
  readonly length: number;
  readonly step: CapturedStep<"ids" | "lengths" | "tags", "best" | "loss">;
}

/** Tags whole sets of sentences and counts what is right. */
export class Judge {
  private constructor(
    readonly steps: readonly Step[],
    readonly lexicon: Lexicon,
    readonly baseline: MostFrequentTag,
  ) {}

  /** @param longest words of any sentence that it will be given */
  static async create(
    engine: Engine,
    model: Tagger,
    lexicon: Lexicon,
    baseline: MostFrequentTag,
    longest: number,
    progress: CompileProgress,
  ): Promise<Judge> {
    const lengths = [...LENGTHS.filter((l) => l < longest), longest];
    const steps = lengths.map(async (length): Promise<Step> => {
      const rows = Math.max(1, Math.round(PLACES / length));
      const feeds = {
        ids: { shape: [FEATURES.length, rows, length], dtype: "i32" as const },
        lengths: { shape: [rows], dtype: "i32" as const },
        tags: { shape: [rows, length], dtype: "i32" as const },
      };
      const step = await engine.capture(
        feeds,
        ({ ids, lengths, tags }) => {
          const logits = model.run(ids, lengths);
          return { best: argMax(logits, -1), loss: softmaxCrossEntropy(logits, tags, { reduction: "sum" }) };
        },
        progress(`judge ${length}`),
      );
      return { rows, length, step };
    });
    return new Judge(await Promise.all(steps), lexicon, baseline);
  }

  /** Tags all sentences. */
  async judge(sentences: readonly Sentence[]): Promise<Judgement> {
    const confusion = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
    let [loss, unknown, unknownRight] = [0, 0, 0];
    for (const { bucket, those } of this.#batches(sentences)) {
      const { best, sum } = await this.#run(bucket, those);
      loss += sum;
      those.forEach(({ words, tags }, n) => {
        tags.forEach((tag, i) => {
          const taken = best[n * bucket.length + i]!;
          confusion[tag]![taken]!++;
          if (this.lexicon.knows(words[i]!)) return;
          unknown++;
          unknownRight += Number(taken === tag);
        });
      });
    }
    const { accuracy, macro } = classificationReport(confusion.flat(), CLASSES);
    const words = confusion.flat().reduce((a, b) => a + b, 0);
    return {
      loss: loss / Math.max(1, words),
      accuracy,
      unknownAccuracy: unknown ? unknownRight / unknown : 0,
      words,
      unknownWords: unknown,
      baselineAccuracy: this.baseline.accuracyOn(sentences),
      macroF1: macro.f1,
      confusion,
    };
  }

  #batches(sentences: readonly Sentence[]) {
    const bounds = this.steps.map(({ length }) => length);
    const buckets = bucketByLength(
      sentences.map(({ words }) => words.length),
      bounds,
    );
    return buckets.flatMap((b) => {
      const bucket = this.steps.find(({ length }) => length >= b.length)!;
      return bucketedBatches([b], { batch: bucket.rows }).map(({ rows }) => ({
        bucket,
        those: Array.from(rows, (i) => sentences[i]!),
      }));
    });
  }

  async #run({ rows, length, step }: Step, sentences: readonly Sentence[]) {
    const table = this.lexicon.table(
      sentences.map(({ words }) => words),
      rows,
      length,
    );
    const tags = Array.from({ length: rows }, (_, n) => sentences[n]?.tags ?? []);
    await step.run({ ...table, tags: padSequences(tags, { length, pad: NOTHING }).ids });
    const { best, loss } = await step.readAll(["best", "loss"]);
    return { best: best!, sum: loss![0]! };
  }
}
