import { DataError } from "../core/errors";

/** Turns text into ids and back. {@link Tokenizer.toJSON} describes it, and `tokenizerFromJSON` makes it from that again. */
export interface Tokenizer {
  /** Number of ids: 0 … size − 1. */
  readonly size: number;
  /**
   * The ids of a text. Special tokens are never found in a text, even where it spells their names: add their ids yourself.
   * @throws DataError where a character is unknown and the tokenizer has no `<unk>`
   */
  encode(text: string): Int32Array<ArrayBuffer>;
  /**
   * The text of ids. Special tokens other than `<unk>` are left out.
   * @throws DataError where an id is out of range
   */
  decode(ids: ArrayLike<number>): string;
  /** The id of a special token. @throws DataError where the tokenizer has no token of this name */
  special(name: string): number;
  toJSON(): TokenizerJSON;
}

/** A tokenizer as data. Special tokens take the first ids, in the order given. */
export type TokenizerJSON =
  | { readonly type: "characters"; readonly specials: readonly string[]; readonly characters: readonly string[] }
  | {
      readonly type: "words";
      readonly specials: readonly string[];
      readonly words: readonly string[];
      readonly lowerCase: boolean;
      /** Source of the regular expression that matches a word. */
      readonly pattern: string;
      /** Its flags; default "gu". */
      readonly flags?: string;
    }
  | {
      readonly type: "bytePairs";
      readonly specials: readonly string[];
      /** A flat list of pairs. Bytes are 0 … 255, and the n-th merge makes 256 + n; specials are not counted here. */
      readonly merges: readonly number[];
    };

/** Stands for everything that the vocabulary lacks. */
export const UNKNOWN = "<unk>";

/** The customary special tokens of sequences: padding, unknown, beginning and end. */
export const SEQUENCE_SPECIALS: readonly string[] = ["<pad>", UNKNOWN, "<bos>", "<eos>"];

/** @throws DataError unless they are a list of names, each once */
export function checkSpecials(tokenizer: string, specials: readonly string[]): void {
  if (!Array.isArray(specials) || !specials.every((s) => typeof s === "string"))
    throw new DataError(tokenizer, `specials ${specials}`, { wants: "a list of names" });
  const twice = specials.find((s, i) => specials.indexOf(s) < i);
  if (twice !== undefined) throw new DataError(tokenizer, `special token ${twice} is given twice`);
}

/** {@link Tokenizer.special} of a tokenizer with these special tokens. */
export const specialOf =
  (tokenizer: string, specials: readonly string[]) =>
  (name: string): number => {
    const id = specials.indexOf(name);
    if (id < 0) throw new DataError(tokenizer, `no special token ${name}`, { has: specials.join(", ") || "none" });
    return id;
  };

/** @throws DataError unless it is one of 0 … size − 1 */
export function checkId(tokenizer: string, id: number, at: number, size: number): void {
  if (!(Number.isInteger(id) && id >= 0 && id < size))
    throw new DataError(tokenizer, `id ${id} at ${at}`, { ids: `0 … ${size - 1}` });
}

/** How often each string of `items` occurs. */
export function countOf(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Compares by UTF-16 units, the same on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
