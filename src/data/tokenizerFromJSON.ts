import { DataError } from "../core/errors";
import { ofMerges } from "./bytePairs";
import { ofCharacters } from "./characters";
import type { Tokenizer, TokenizerJSON } from "./tokenizer";
import { ofWords, wordPattern } from "./words";

/**
 * The tokenizer that {@link Tokenizer.toJSON} described.
 * @throws DataError where the description is not one that `toJSON` gives
 */
export function tokenizerFromJSON(json: TokenizerJSON): Tokenizer {
  const wrong = (what: string) => new DataError("tokenizerFromJSON", what);
  if (!strings(json?.specials)) throw wrong("no list of special tokens");
  switch (json.type) {
    case "characters":
      if (!strings(json.characters)) throw wrong("no list of characters");
      return ofCharacters(json.characters, json.specials);
    case "words":
      if (!strings(json.words)) throw wrong("no list of words");
      if (typeof json.lowerCase !== "boolean" || !isPattern(json.pattern, json.flags))
        throw wrong("no pattern of words");
      return ofWords(json);
    case "bytePairs":
      if (!(Array.isArray(json.merges) && json.merges.every(Number.isInteger))) throw wrong("no list of merges");
      return ofMerges(json.merges, json.specials);
    default:
      throw wrong(`type ${JSON.stringify((json as { type?: unknown }).type)}`);
  }
}

function isPattern(source: unknown, flags: unknown = ""): boolean {
  if (typeof source !== "string" || typeof flags !== "string") return false;
  try {
    return Boolean(wordPattern(source, flags));
  } catch {
    return false;
  }
}

const strings = (list: unknown): list is readonly string[] =>
  Array.isArray(list) && list.every((s) => typeof s === "string");
