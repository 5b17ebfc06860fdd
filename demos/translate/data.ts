import { characterTokenizer, DataError, SequenceDataset, type Tokenizer } from "../../src/index";
import type { Part } from "./chance";
import { DATES } from "./dates";
import { NUMBERS } from "./numbers";

/** Something to translate, and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** A translation that can be made without end, and without mistakes. */
export interface Task {
  readonly name: string;
  /** What a source may be written with: a fixed list, so that networks travel from machine to machine. */
  readonly sourceCharacters: string;
  readonly targetCharacters: string;
  /** Characters at most. */
  readonly sourceLength: number;
  readonly targetLength: number;
  /** A source to begin with, and more of them. */
  readonly example: string;
  readonly examples: readonly string[];
  /** What all sources look like, where they do, and how to say so. */
  readonly form?: { readonly pattern: RegExp; readonly wants: string };
  /** The right translation of what a visitor has written, where it can be had. */
  reference?(source: string): string;
  /** The i-th pair of a part; parts of the same seed have no subject in common. */
  pair(seed: number, part: Part, i: number): Pair;
}

export const TASKS = { dates: DATES, numbers: NUMBERS } as const;
export type TaskName = keyof typeof TASKS;

/** Fills rows up: the first token of both sides. */
const PAD = "<pad>";
const UNKNOWN = "<unk>";
const BEGIN = "<bos>";
const END = "<eos>";

/** A task as a network reads it: its characters are numbers. */
export class Language {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  readonly pad: number;
  readonly begin: number;
  readonly end: number;

  constructor(readonly task: Task) {
    this.source = characterTokenizer(task.sourceCharacters, { specials: [PAD, UNKNOWN] });
    this.target = characterTokenizer(task.targetCharacters, { specials: [PAD, BEGIN, END] });
    this.pad = this.target.special(PAD);
    this.begin = this.target.special(BEGIN);
    this.end = this.target.special(END);
  }

  /** Steps of a decoder: the characters of the longest target, and its end. */
  get steps(): number {
    return this.task.targetLength + 1;
  }

  pairs(seed: number, part: Part, count: number): Pair[] {
    return Array.from({ length: count }, (_, i) => {
      const { source, target } = this.task.pair(seed, part, i);
      return { source: cleaned(source), target };
    });
  }

  /** Pairs on the GPU: the source, and the target between a beginning and an end. */
  dataset(pairs: readonly Pair[]): SequenceDataset<"source" | "target"> {
    const source = pairs.map((p) => this.source.encode(p.source));
    const target = pairs.map((p) => [this.begin, ...this.target.encode(p.target), this.end]);
    return new SequenceDataset({ source, target }, { length: Math.max(this.task.sourceLength, this.steps + 1) });
  }

  /**
   * What a visitor has written.
   * @throws DataError in a plain sentence where it is empty, too long, or has a character that the network has never seen
   */
  read(text: string): string {
    const { sourceLength, sourceCharacters, form } = this.task;
    const source = cleaned(text);
    const characters = [...source];
    if (!source) throw new DataError("source", "There is nothing to translate: write something first.");
    if (characters.length > sourceLength)
      throw new DataError(
        "source",
        `That has ${characters.length} characters, and the network reads ${sourceLength} at most.`,
      );
    const strange = [...new Set(characters)].filter((c) => !sourceCharacters.includes(c));
    if (strange.length)
      throw new DataError(
        "source",
        `The network does not know ${strange.map((c) => `“${c}”`).join(", ")}: no ${this.task.name} were written with it.`,
      );
    if (form && !form.pattern.test(source)) throw new DataError("source", form.wants);
    return source;
  }

  /** The text that ids stand for, up to the first end. */
  textOf(ids: ArrayLike<number>): string {
    const list = Array.from(ids);
    const end = list.indexOf(this.end);
    return this.target.decode(end < 0 ? list : list.slice(0, end));
  }
}

/** One kind of space, and accents as part of their letters. */
const cleaned = (text: string): string => text.normalize("NFC").replace(/\s+/g, " ").trim();
