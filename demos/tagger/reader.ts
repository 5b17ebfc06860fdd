import { type CapturedStep, DataError, type Engine, softmax } from "../../src/index";
import type { CompileProgress } from "../shared/run";
import { TAG_NAMES } from "./data";
import { FEATURES, type Lexicon } from "./features";
import type { Tagger } from "./model";
import { wordsOf } from "./sentence";

const CLASSES = TAG_NAMES.length;
/** Sentences that are read at once, and words that one may have. */
export const ROWS = 8;
export const LONGEST = 64;

/** A sentence as the network tags it. */
export interface Tagged {
  readonly words: readonly string[];
  /** Whether training has the word. */
  readonly known: readonly boolean[];
  /** [words, tags], 0…1. */
  readonly probabilities: Float32Array;
}

/** What the network makes of one word by what it may read around it: [tags] each, 0…1. */
export interface Contexts {
  readonly alone: Float32Array;
  /** The words before it, and it. */
  readonly left: Float32Array;
  /** It, and the words after it. */
  readonly right: Float32Array;
  readonly both: Float32Array;
}

/** Tags a few sentences, with probabilities. */
export class Reader {
  private constructor(
    readonly step: CapturedStep<"ids" | "lengths", "probabilities">,
    readonly lexicon: Lexicon,
  ) {}

  static async create(engine: Engine, model: Tagger, lexicon: Lexicon, progress: CompileProgress): Promise<Reader> {
    const feeds = {
      ids: { shape: [FEATURES.length, ROWS, LONGEST], dtype: "i32" as const },
      lengths: { shape: [ROWS], dtype: "i32" as const },
    };
    const step = await engine.capture(
      feeds,
      ({ ids, lengths }) => ({ probabilities: softmax(model.run(ids, lengths)) }),
      progress("reader"),
    );
    return new Reader(step, lexicon);
  }

  /** @throws DataError where there are more than {@link ROWS}, or one has no word or more than {@link LONGEST} */
  async read(sentences: readonly (readonly string[])[]): Promise<Tagged[]> {
    for (const { length } of sentences) {
      if (length === 0) throw new DataError("sentence", "no words");
      if (length > LONGEST)
        throw new DataError("sentence", `It has ${length} words, of which at most ${LONGEST} can be read: shorten it.`);
    }
    if (sentences.length > ROWS) throw new DataError("sentence", `${sentences.length} at once`);
    await this.step.run(this.lexicon.table(sentences, ROWS, LONGEST));
    const all = await this.step.read("probabilities");
    return sentences.map((words, n) => {
      const start = n * LONGEST * CLASSES;
      const probabilities = new Float32Array(all.subarray(start, start + words.length * CLASSES));
      return { words, known: words.map((w) => this.lexicon.knows(w)), probabilities };
    });
  }

  /**
   * Tags a text that is read as one sentence, and looks at one of its words from both sides.
   * @param at index of the word; default the one that the network is least sure of
   */
  async lookInto(text: string, at?: number): Promise<{ tagged: Tagged; at: number; contexts: Contexts }> {
    const words = wordsOf(text, (w) => this.lexicon.knows(w));
    const chosen = at !== undefined && at < words.length ? at : await this.#leastSure(words);
    const views = [words, words.slice(0, chosen + 1), words.slice(chosen), words.slice(chosen, chosen + 1)];
    const [both, left, right, alone] = (await this.read(views)) as [Tagged, Tagged, Tagged, Tagged];
    const row = ({ probabilities }: Tagged, i: number) => probabilities.slice(i * CLASSES, (i + 1) * CLASSES);
    const contexts = { alone: row(alone, 0), left: row(left, chosen), right: row(right, 0), both: row(both, chosen) };
    return { tagged: both, at: chosen, contexts };
  }

  async #leastSure(words: readonly string[]): Promise<number> {
    const [{ probabilities }] = (await this.read([words])) as [Tagged];
    const sureness = words.map((_, i) => Math.max(...probabilities.subarray(i * CLASSES, (i + 1) * CLASSES)));
    return sureness.indexOf(Math.min(...sureness));
  }
}
