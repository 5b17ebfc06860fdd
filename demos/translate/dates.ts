import { Chance, type Part, partOf } from "./chance";
import type { Pair, Task } from "./data";

const DAY = 24 * 60 * 60 * 1000;
const FIRST = Date.UTC(1950, 0, 1);
/** A hundred years, so that a year's last two digits say which one it is. */
const DAYS = Math.round((Date.UTC(2050, 0, 1) - FIRST) / DAY);

const LOCALES = "en-US en-GB de fr es it nl pt pl sv da nb fi cs hu".split(" ");
const STYLES = ["full", "long", "medium", "short"] as const;

/** A way to write dates. */
export interface Form {
  readonly locale: string;
  readonly style: (typeof STYLES)[number];
}

/** All but the American 9/30/26: everywhere else the day comes before the month when slashes part them. */
export const FORMS: readonly Form[] = LOCALES.flatMap((locale) => STYLES.map((style) => ({ locale, style }))).filter(
  ({ locale, style }) => !(locale === "en-US" && style === "short"),
);

let formats: readonly Intl.DateTimeFormat[] | undefined;

/** A day as a form writes it. @param day after the first of January 1950 */
export function written(form: number, day: number): string {
  formats ??= FORMS.map(
    ({ locale, style }) =>
      new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, { dateStyle: style, timeZone: "UTC" }),
  );
  return formats[form]!.format(FIRST + day * DAY);
}

/** YYYY-MM-DD. */
export const iso = (day: number): string => new Date(FIRST + day * DAY).toISOString().slice(0, 10);

const LETTERS = "abcdefghijklmnopqrstuvwxyzáâãäåàçčćďéěèêëíìîïłńňñóôöőøřšśťúůûüűýžźżąęæß";

/**
 * Dates in 14 languages and four styles, as written or in letters of one case, to ISO 8601.
 * Which days are held out is decided by the seed: not one of them is written in any language in training.
 */
export const DATES: Task = {
  name: "dates",
  sourceCharacters: ` ',-./0123456789${LETTERS}${LETTERS.replace("ß", "").toUpperCase()}`,
  targetCharacters: "-0123456789",
  sourceLength: 44,
  targetLength: 10,
  example: "Wednesday, 25 November 2026",
  examples: [
    "25. listopadu 2026",
    "2026. november 25.",
    "FEBRUARY 29, 2024",
    "3 de set. de 1987",
    "07.11.44",
    "31/12/99",
  ],
  pair(seed: number, part: Part, i: number): Pair {
    const chance = new Chance(seed, PARTS.indexOf(part), i);
    let day = chance.below(DAYS);
    while (partOf(seed, day) !== part) day = chance.below(DAYS);
    const text = written(chance.below(FORMS.length), day);
    const letters = chance.share();
    const source = letters < 0.6 ? text : letters < 0.8 ? text.toLowerCase() : text.toUpperCase();
    return { source, target: iso(day) };
  },
};

const PARTS: readonly Part[] = ["train", "dev", "test"];
