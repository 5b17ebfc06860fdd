import { classificationReport, type Scores } from "../../src/index";
import { byId, element, unseen } from "../shared/dom";
import { TAG_NAMES, TAGS, type Tag } from "./data";
import type { Example } from "./experiment";
import type { Judgement } from "./judge";
import type { Contexts, Tagged } from "./reader";

const CLASSES = TAG_NAMES.length;
/** Probabilities below are not worth a runner-up. */
const NOTICEABLE = 0.0005;

export const percent = (p: number, digits = 1): string => `${(100 * p).toFixed(digits)} %`;
/** At most 99.9 %: never 100 % where it is not. */
const sure = (p: number): string => percent(Math.min(p, 0.999), p > 0.095 && p < 0.995 ? 0 : 1);

/** Tags by probability, the likeliest first. */
function ranked(probabilities: ArrayLike<number>): { tag: Tag; p: number }[] {
  const all = TAG_NAMES.map((tag, i) => ({ tag, p: probabilities[i]! }));
  return all.sort((a, b) => b.p - a.p);
}

const rowOf = ({ probabilities }: Tagged, i: number) => probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);

/** A tag as a small sign: its name, on the colour of its kind. */
const sign = (tag: Tag) => element("span", { class: "tag", "data-tag": tag, title: TAGS[tag] }, tag);
/** The place of a tag that is not known yet. */
const blank = () => element("span", { class: "tag" }, "–");

/** The visitor's sentence: a button a word, with its tag, how sure it is, and the runner-up. */
export class SentenceView {
  readonly #parent = byId("tagged");
  #words: readonly string[] = [];
  #buttons: HTMLButtonElement[] = [];

  /** @param choose is told which word was chosen */
  constructor(readonly choose: (at: number) => void) {}

  /** Places the words before there is a network, so that nothing moves once it says what they are. */
  prepare(words: readonly string[]): void {
    this.#place(words);
    this.#buttons.forEach((button, i) => {
      button.disabled = true;
      button.replaceChildren(...inside({ word: words[i]!, known: true, tag: blank(), sure: "–", second: "–" }));
    });
  }

  show(tagged: Tagged, at: number): void {
    this.#place(tagged.words);
    this.#buttons.forEach((button, i) => {
      button.disabled = false;
      button.setAttribute("aria-pressed", String(i === at));
      button.replaceChildren(...inside(saidOf(tagged, i)));
    });
    const unknown = tagged.known.filter((k) => !k).length;
    const words = `${tagged.words.length} ${tagged.words.length === 1 ? "word" : "words"}`;
    byId("try-status").textContent = unknown
      ? `${words}, ${unknown} of them unknown (dotted, with a ?): tagged by their form and by what is around them.`
      : `${words}, all known from training.`;
  }

  clear(words: string): void {
    this.#place([]);
    byId("try-status").textContent = words;
  }

  /** A button for each word. Those of the same sentence stay, so that no click is lost while the network learns. */
  #place(words: readonly string[]): void {
    if (words.join(" ") === this.#words.join(" ")) return;
    this.#words = words;
    this.#buttons = words.map((_, i) => {
      const button = element("button", { type: "button", class: "word" });
      button.addEventListener("click", () => this.choose(i));
      return button;
    });
    this.#parent.replaceChildren(...this.#buttons);
  }
}

/** What stands on a word's button. */
interface Said {
  readonly word: string;
  readonly known: boolean;
  readonly tag: HTMLElement;
  readonly sure: string;
  readonly second: string;
}

function saidOf(tagged: Tagged, i: number): Said {
  const [best, second] = ranked(rowOf(tagged, i)) as [{ tag: Tag; p: number }, { tag: Tag; p: number }];
  return {
    word: tagged.words[i]!,
    known: tagged.known[i]!,
    tag: sign(best.tag),
    sure: sure(best.p),
    second: second.p < NOTICEABLE ? "–" : `${second.tag} ${sure(second.p)}`,
  };
}

const inside = ({ word, known, tag, sure, second }: Said): HTMLElement[] => [
  element("span", { class: known ? "form" : "form unknown" }, known ? word : `${word} ?`),
  tag,
  element("span", { class: "sure" }, sure),
  element("span", { class: "second" }, second),
];

const VIEWS: readonly (readonly [keyof Contexts, (word: string) => string])[] = [
  ["alone", (w) => w],
  ["left", (w) => `… ${w}`],
  ["right", (w) => `${w} …`],
  ["both", (w) => `… ${w} …`],
];
const NAMES = { alone: "the word alone", left: "what comes before", right: "what follows", both: "both" } as const;
const SHOWN = 3;

/** One word as it is tagged by what may be read around it. */
export class ContextView {
  /** Keeps the place of what will be shown. */
  prepare(word: string): void {
    const share = () => element("span", { class: "share" }, blank(), element("span", {}, "–"));
    const shares = () => element("span", { class: "shares" }, ...Array.from({ length: SHOWN }, share));
    this.#fill(
      word,
      VIEWS.map(([name, text]) => contextRow(name, text(word), shares(), "–")),
    );
  }

  show(word: string, contexts: Contexts): void {
    const final = ranked(contexts.both)[0]!.tag;
    const rows = VIEWS.map(([name, text]) => {
      const tags = ranked(contexts[name]).slice(0, SHOWN);
      const differs = tags[0]!.tag !== final;
      const cells = tags.map(({ tag, p }) =>
        element("span", { class: "share", style: `--p: ${p}` }, sign(tag), element("span", {}, sure(p))),
      );
      const verdict = name === "both" ? "its tag" : differs ? "≠ another" : "= the same";
      const row = contextRow(name, text(word), element("span", { class: "shares" }, ...cells), verdict);
      row.classList.toggle("differs", differs);
      return row;
    });
    this.#fill(word, rows);
  }

  #fill(word: string, rows: readonly HTMLElement[]): void {
    byId("chosen").textContent = word;
    byId("contexts").replaceChildren(element("tbody", {}, ...rows));
  }

  clear(): void {
    byId("chosen").textContent = "–";
    byId("contexts").replaceChildren();
  }
}

const contextRow = (name: keyof Contexts, text: string, shares: HTMLElement, verdict: string): HTMLElement =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, NAMES[name], element("small", {}, text)),
    element("td", {}, shares),
    element("td", { class: "verdict" }, verdict),
  );

/** Held-out sentences with the network's tags; where one is wrong, the right one stands below it, where room is kept for it. */
export function showExamples(examples: readonly Example[]): void {
  let [wrong, all] = [0, 0];
  const lines = examples.map((example) => {
    const words = example.words.map((word, i) => {
      const { tag } = ranked(rowOf(example, i))[0]!;
      const right = TAG_NAMES[example.tags[i]!]!;
      all++;
      const form = element("span", { class: example.known[i] ? "form" : "form unknown" }, word);
      if (tag === right) return element("span", { class: "word" }, form, sign(tag));
      wrong++;
      const correction = element("span", { class: "mistake" }, unseen("should be "), sign(right));
      return element("span", { class: "word wrong" }, form, sign(tag), correction);
    });
    return element("p", { class: "words" }, ...words);
  });
  byId("examples").replaceChildren(...lines);
  byId("examples-status").textContent =
    `${all - wrong} of ${all} words right. Mistakes are framed, the right tag below. Dotted words are unknown.`;
}

/**
 * Precision, recall and F1 of each part of speech.
 * @param confusion counts; without them the table stands empty
 * @param of what was counted
 */
export function showClasses(confusion?: readonly (readonly number[])[], of?: string): void {
  const report = confusion && classificationReport(confusion.flat(), CLASSES);
  const cells = (s: Scores | undefined) => {
    const numbers = s && [percent(s.precision), percent(s.recall), percent(s.f1), s.support.toLocaleString("en")];
    return (numbers ?? ["–", "–", "–", "–"]).map((n) => element("td", {}, n));
  };
  const rows = TAG_NAMES.map((tag, i) => {
    const name = element("th", { scope: "row" }, sign(tag), element("small", {}, TAGS[tag]));
    return element("tr", {}, name, ...cells(report?.classes[i]));
  });
  const mean = element("th", { scope: "row" }, "mean of all (macro)");
  fill(
    "classes",
    [unseen("Part of speech"), "Precision", "Recall", "F1", "Words"],
    [...rows, element("tr", { class: "mean" }, mean, ...cells(report?.macro))],
  );
  byId("classes-status").textContent = of ? `Counted on ${of}.` : "Counted on held-out sentences while it trains.";
}

/** A table's head and rows. */
function fill(id: string, heads: readonly (string | Node)[], rows: readonly HTMLElement[]): void {
  const cells = heads.map((h) => element("th", { scope: "col" }, h));
  const [head, body] = [element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...rows)];
  byId(id).replaceChildren(head, body);
}

type Summary = Pick<Judgement, "accuracy" | "unknownAccuracy" | "baselineAccuracy" | "macroF1">;

const MEASURES: readonly (readonly [keyof Summary, string])[] = [
  ["accuracy", "All words"],
  ["unknownAccuracy", "Unknown words"],
  ["baselineAccuracy", "Without a network"],
  ["macroF1", "Macro F1"],
];

/** How well it does on the sentences that it is watched by, and at the end on those that judge it. */
export function showSummary(dev?: Summary, test?: Summary): void {
  const cell = (s: Summary | undefined, key: keyof Summary) => element("td", {}, s ? percent(s[key], 2) : "–");
  const rows = MEASURES.map(([key, name]) =>
    element("tr", {}, element("th", { scope: "row" }, name), cell(dev, key), cell(test, key)),
  );
  fill("summary", [unseen("Measure"), "Watched", "In the test"], rows);
}
