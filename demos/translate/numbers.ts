import { toCardinal as german } from "n2words/de-DE";
import { toCardinal as english } from "n2words/en-US";
import { Chance, type Part, partOf } from "./chance";
import type { Pair, Task } from "./data";

const WORDS = { en: english, de: german };
type Tongue = keyof typeof WORDS;

const DIGITS = 6;
/** Smaller numbers are always learnt from: larger ones are made of their words. */
const LEARNT = 100;

/** Whole numbers below a million to words, in the language that stands before them. */
export const NUMBERS: Task = {
  name: "numbers",
  sourceCharacters: " 0123456789den",
  targetCharacters: " -abcdefghijklmnopqrstuvwxyzäöüß",
  sourceLength: 9,
  targetLength: 65,
  example: "de 4321",
  examples: ["en 4321", "de 21", "en 700007", "de 987654", "en 13", "de 100016"],
  form: {
    pattern: /^(en|de) (0|[1-9]\d{0,5})$/,
    wants: "Write a language, en or de, a space and a whole number below a million, as in “de 4321”.",
  },
  reference(source) {
    const [language, n] = source.split(" ") as [Tongue, string];
    return WORDS[language](n);
  },
  pair(seed: number, part: Part, i: number): Pair {
    const chance = new Chance(seed, PARTS.indexOf(part), i);
    let n = drawn(chance);
    while (partOfNumber(seed, n) !== part) n = drawn(chance);
    const language = chance.of(["en", "de"] satisfies Tongue[]);
    return { source: `${language} ${n}`, target: WORDS[language](n) };
  },
};

const PARTS: readonly Part[] = ["train", "dev", "test"];

/** Half of the numbers are of six digits, as most are; the others of any length, each as likely. */
function drawn(chance: Chance): number {
  const digits = chance.share() < 0.5 ? DIGITS : 1 + chance.below(DIGITS);
  const least = digits === 1 ? 0 : 10 ** (digits - 1);
  return least + chance.below(10 ** digits - least);
}

/** See {@link partOf}. */
export const partOfNumber = (seed: number, n: number): Part => (n < LEARNT ? "train" : partOf(seed, n));
