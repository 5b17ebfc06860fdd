import { DataError } from "../core/errors";
import { checkArray, checkCounts, checkText } from "../core/given";
import { optionsOf } from "../graph/options";
import { checkId, checkSpecials, countOf, specialOf, type Tokenizer } from "./tokenizer";
import { learnMerges, pairKey } from "./trainBytePairs";

/**
 * The pieces a text is cut into before merging; no token spans two of them: an apostrophe with its ending; a word, a number
 * or punctuation, with the space before it; white space. Every character belongs to a piece, and no piece is long.
 */
const PIECE =
  /['’]\p{L}{1,2}(?![\p{L}\p{M}])| ?[\p{L}\p{M}]{1,128}| ?\p{N}{1,128}| ?[^\s\p{L}\p{M}\p{N}]{1,128}|\s{1,128}?(?= ?\S)|\s{1,128}/gu;

/** How many pieces are cached with their ids. */
const CACHED = 2 ** 16;

export interface BytePairOptions {
  /** Number of ids wanted: 256 bytes, special tokens and merges. Fewer where the text has too few pairs to merge. */
  readonly size: number;
  /** Pairs that occur less often are not merged; default 2. */
  readonly minimumCount?: number;
  /** They take the first ids; default none. */
  readonly specials?: readonly string[];
}

/**
 * Learns byte-pair encoding from a text: the most frequent pair of neighbouring tokens becomes a new token, again and again.
 * It begins with the 256 bytes of UTF-8, so every text can be encoded. Of equally frequent pairs the one with the smaller
 * ids comes first, so the same text gives the same merges everywhere.
 *
 * A sequence cut within a character decodes to U+FFFD there, and so do unpaired surrogates.
 * @throws DataError where the size has no room for the bytes and special tokens, a count is no integer, or a special token is given
 *   twice
 * @see Sennrich et al. 2016, "Neural machine translation of rare words with subword units"
 */
export function trainBytePairs(text: string, options: BytePairOptions): Tokenizer {
  const { size, minimumCount = 2, specials = [] } = optionsOf("trainBytePairs", options, "size minimumCount specials");
  checkText("trainBytePairs", text);
  checkSpecials("trainBytePairs", specials);
  checkCounts("trainBytePairs", { minimumCount }, 0);
  const least = 256 + specials.length;
  if (!(Number.isInteger(size) && size >= least && size <= 2 ** 20))
    throw new DataError("trainBytePairs", `size ${size}`, { wants: `an integer of ${least} … ${2 ** 20}` });
  const utf8 = new TextEncoder();
  const pieces = [...countOf(piecesOf(text))].map(([piece, count]) => ({ bytes: utf8.encode(piece), count }));
  return ofMerges(learnMerges(pieces, size - least, minimumCount), specials);
}

function* piecesOf(text: string): Generator<string> {
  for (const [piece] of text.matchAll(PIECE)) yield piece;
}

/** The tokenizer with these merges: a flat list of pairs. */
export function ofMerges(merges: readonly number[], specials: readonly string[]): Tokenizer {
  const name = "bytePairs";
  checkSpecials(name, specials);
  const first = specials.length;
  const bytes = bytesOf(name, merges);
  const size = first + bytes.length;
  const ranks = new Map<number, number>();
  for (let m = 0; 2 * m < merges.length; m++) ranks.set(pairKey(merges[2 * m]!, merges[2 * m + 1]!), 256 + m);
  const idsOf = encoderOf(ranks, first);
  return {
    size,
    special: specialOf(name, specials),
    encode(text) {
      checkText(name, text);
      const out = new Int32Array(3 * text.length);
      let n = 0;
      for (const piece of piecesOf(text)) for (const id of idsOf(piece)) out[n++] = id;
      return out.slice(0, n);
    },
    decode(ids) {
      checkArray(name, "ids", ids);
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        checkId(name, id, i, size);
        if (id >= first) parts.push(bytes[id - first]!);
      }
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined(parts));
    },
    toJSON: () => ({ type: "bytePairs", specials, merges }),
  };
}

/** Encodes pieces, and caches their ids. */
function encoderOf(ranks: ReadonlyMap<number, number>, first: number): (piece: string) => readonly number[] {
  const utf8 = new TextEncoder();
  const known = new Map<string, readonly number[]>();
  return (piece) => {
    let ids = known.get(piece);
    if (!ids) {
      ids = merge([...utf8.encode(piece)], ranks).map((id) => first + id);
      if (known.size >= CACHED) known.clear();
      known.set(piece, ids);
    }
    return ids;
  };
}

/** Merges the pair that was learnt first wherever it occurs, until no pair can be merged. */
function merge(ids: number[], ranks: ReadonlyMap<number, number>): number[] {
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 1; i < ids.length; i++) best = Math.min(best, ranks.get(pairKey(ids[i - 1]!, ids[i]!)) ?? best);
    if (best === Number.POSITIVE_INFINITY) return ids;
    let n = 0;
    for (let i = 0; i < ids.length; i++) {
      const joins = i + 1 < ids.length && ranks.get(pairKey(ids[i]!, ids[i + 1]!)) === best;
      ids[n++] = joins ? best : ids[i]!;
      if (joins) i++;
    }
    ids.length = n;
  }
}

/** The bytes of every token. */
function bytesOf(name: string, merges: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const bytes = Array.from({ length: 256 }, (_, b) => Uint8Array.of(b));
  if (merges.length % 2) throw new DataError(name, `${merges.length} numbers in merges`, { wants: "pairs" });
  for (let m = 0; m < merges.length; m += 2) {
    const [a, b] = [bytes[merges[m]!], bytes[merges[m + 1]!]];
    if (!a || !b)
      throw new DataError(name, `merge ${m / 2} joins ${merges[m]} and ${merges[m + 1]}`, {
        "ids so far": `0 … ${bytes.length - 1}`,
      });
    bytes.push(joined([a, b]));
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
