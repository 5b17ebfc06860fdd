import { DataError, SequenceDataset, trainDevTestSplit } from "../../src/index";
import { fetchFile } from "../shared/fetchFile";
import { KINDS, LETTERS } from "./model";

/** The two lists, as pages and command line ask for them: a name a line. */
export const LISTS = ["female-names.txt", "male-names.txt"] as const;
/** What the kinds are called, in the order of the lists. */
export const KIND_NAMES = ["girl", "boy"] as const;
/** Letters of the longest name that is read or written. */
export const LONGEST = 15;
/** The letter that ends a name. */
export const END = 0;

/** The letter that asks the writer for a kind. */
export const startOf = (kind: number): number => LETTERS + kind;

/** A name, in small letters, and its kind. */
export interface Labelled {
  readonly name: string;
  readonly kind: number;
}

/** Names to learn from, to watch by while learning, and to judge by at the end. */
export interface Names {
  readonly train: readonly Labelled[];
  readonly dev: readonly Labelled[];
  readonly test: readonly Labelled[];
  /** On both lists, so of no kind alone: left out of learning and judging. */
  readonly both: readonly string[];
}

/** What the lists say of a name. */
export type Known = "train" | "dev" | "test" | "both" | "new";

/** Fetches both lists. @throws DataError naming the one that cannot be had */
export const fetchLists = (baseUrl: string): Promise<Uint8Array[]> =>
  Promise.all(LISTS.map((name) => fetchFile(baseUrl + name, "the names")));

/**
 * Names on one list alone, dealt out 80 : 10 : 10, always the same way.
 * @param lists of names of girls, of boys
 * @throws DataError where a list is empty or holds what is no name
 */
export function readNames(lists: readonly Uint8Array[]): Names {
  const sets = lists.map((bytes, i) => namesOf(bytes, LISTS[i]!));
  const both = [...sets[0]!].filter((name) => sets[1]!.has(name));
  const shared = new Set(both);
  const alone = sets.flatMap((set, kind) =>
    [...set].filter((name) => !shared.has(name)).map((name) => ({ name, kind })),
  );
  const split = trainDevTestSplit(alone.length);
  const [train, dev, test] = [split.train, split.dev, split.test].map((rows) => [...rows].map((i) => alone[i]!));
  return { train: train!, dev: dev!, test: test!, both };
}

function namesOf(bytes: Uint8Array, list: string): Set<string> {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const names = new Set(lines.filter((l) => l).map((l) => l.toLowerCase()));
  if (names.size === 0) throw new DataError(list, "no names");
  for (const name of names) lettersOf(name);
  return names;
}

/**
 * The numbers of a name's letters. Capitals count as small letters, and accents are left out.
 * @throws DataError in a sentence, where it is no name that the networks can read
 */
export function lettersOf(name: string): number[] {
  const plain = plainName(name);
  if (!plain) throw new DataError("name", "type a name first");
  const odd = [...plain].find((c) => !/[a-z-]/.test(c));
  if (odd !== undefined)
    throw new DataError("name", `the networks know the letters a to z and the hyphen, not “${odd}”`);
  if (plain.length > LONGEST)
    throw new DataError("name", `${plain.length} letters are too many: the networks read up to ${LONGEST}`);
  return [...plain].map((c) => (c === "-" ? LETTERS - 1 : c.charCodeAt(0) - 96));
}

/** As the lists would have it: small letters without accents. */
export const plainName = (name: string): string =>
  name
    .trim()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();

/** The name that some numbers of letters spell, up to its end. */
export function spell(ids: Iterable<number>): string {
  let name = "";
  for (const id of ids) {
    if (id === END) break;
    name += id === LETTERS - 1 ? "-" : String.fromCharCode(96 + id);
  }
  return name;
}

/** As it is written: capitals at its beginning and after hyphens. */
export const written = (name: string): string => name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());

/** Finds what the lists say of names. */
export function lookup(names: Names): (name: string) => Known {
  const places = new Map<string, Known>(names.both.map((name) => [name, "both"]));
  for (const part of ["train", "dev", "test"] as const) for (const { name } of names[part]) places.set(name, part);
  return (name) => places.get(name) ?? "new";
}

/**
 * Names on the GPU. Fields: the `letters` that the reader reads and the `kind` that it is to find; what the writer reads, the
 * kind and then all letters (`prompt`), and what it is to say to that, all letters and then the end (`next`).
 */
export type NameFields = "letters" | "kind" | "prompt" | "next";

export function nameDataset(names: readonly Labelled[]): SequenceDataset<NameFields> {
  const letters = names.map(({ name }) => lettersOf(name));
  // Kind and end make one letter more. −1 is no letter and no label: it counts for nothing.
  return new SequenceDataset(
    {
      letters,
      kind: names.map(({ kind }) => [kind]),
      prompt: names.map(({ kind }, i) => [startOf(kind), ...letters[i]!]),
      next: letters.map((ids) => [...ids, END]),
    },
    { pad: -1 },
  );
}

/** What a judge who always says the more frequent kind gets right, 0…1. */
export function majorityShare(names: readonly Labelled[]): number {
  const counts = Array.from({ length: KINDS }, (_, kind) => names.filter((n) => n.kind === kind).length);
  return Math.max(...counts) / names.length;
}
