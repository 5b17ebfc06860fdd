import { byId, element } from "../shared/dom";
import { KIND_NAMES, type Known, written } from "./data";
import type { Invention } from "./experiment";
import type { Atlas, Opinion } from "./follower";

const percent = (p: number): string => `${Math.round(100 * p)} %`;

/** What the lists say of a name that the visitor types. */
const TYPED: Readonly<Record<Known, string>> = {
  train: "It is one of the names learnt from.",
  dev: "It is on the lists, but held out: the network has never learnt from it.",
  test: "It is on the lists, but held out: the network has never learnt from it.",
  both: "It is on both lists, given to girls and boys alike: such names are left out of learning and judging.",
  new: "It is on neither list.",
};

/** A name as it is typed: under each letter what the reader would say if the name ended there. */
export class LetterView {
  readonly #letters = byId("letters");
  readonly #verdict = byId("verdict");

  show({ name, probabilities, known }: Opinion & { known: Known }): void {
    const shares = Array.from(name, (_, i) => probabilities[2 * i]!);
    this.#letters.replaceChildren(...shares.map((girl, i) => letterColumn(written(name)[i]!, girl)));
    const words = shares.map((girl, i) => `${written(name).slice(0, i + 1)} ${percent(girl)}`);
    this.#letters.setAttribute("aria-label", `probability of a girl's name after each letter: ${words.join(", ")}`);
    const girl = shares.at(-1)!;
    const sure = Math.max(girl, 1 - girl);
    const kind = KIND_NAMES[girl >= 0.5 ? 0 : 1];
    this.#verdict.textContent = `${written(name)}: a ${kind}’s name, ${percent(sure)} sure. ${TYPED[known]}`;
  }

  /** Nothing to show, and why. */
  clear(why: string): void {
    this.#letters.replaceChildren();
    this.#letters.setAttribute("aria-label", "no name");
    this.#verdict.textContent = why;
  }
}

/** A bar from the middle: upwards for a girl's name, downwards for a boy's. */
function letterColumn(letter: string, girl: number): HTMLElement {
  const bar = element("span", { class: girl >= 0.5 ? "girl" : "boy" });
  const half = 50 * Math.abs(2 * girl - 1);
  bar.style.height = `${half}%`;
  bar.style[girl >= 0.5 ? "bottom" : "top"] = "50%";
  return element(
    "span",
    { class: "letter", title: `${percent(girl)} a girl’s name` },
    element("span", { class: "track" }, bar),
    element("span", { class: "glyph" }, letter),
    element("span", { class: "share" }, String(Math.round(100 * girl))),
  );
}

/** Marks and words for what the lists say of an invention. */
const MARKS: Readonly<Record<Known, readonly [sign: string, words: string]>> = {
  new: ["✦", "new: on neither list"],
  dev: ["★", "a real name, never learnt from"],
  test: ["★", "a real name, never learnt from"],
  both: ["★", "a real name, never learnt from"],
  train: ["", "one of the names learnt from"],
};

/** Invented names, the newest first; how many are kept. */
export class InventionList {
  constructor(
    readonly parent: HTMLElement,
    readonly most = 40,
  ) {}

  add(invented: readonly Invention[], caption: string): void {
    const fresh = invented.filter((i) => i.known === "new").length;
    const rows = KIND_NAMES.map((title, kind) =>
      element(
        "p",
        {},
        element("span", { class: `kind ${title}` }, `${title}s`),
        ...invented.filter((i) => i.kind === kind).map(nameTag),
      ),
    );
    const heading = element("h3", {}, `${caption} · ${fresh} of ${invented.length} are new`);
    this.parent.prepend(element("article", {}, heading, ...rows));
    while (this.parent.children.length > this.most) this.parent.lastElementChild!.remove();
  }

  clear(): void {
    this.parent.replaceChildren();
  }
}

function nameTag({ name, known }: Invention): HTMLElement {
  const [sign, words] = MARKS[known];
  const text = written(name) || "–";
  return element("span", { class: `name ${known}`, title: words }, sign ? `${text} ${sign}` : text);
}

const SVG = "http://www.w3.org/2000/svg";

function shape(tag: string, attributes: Record<string, string | number>, title = ""): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (title) made.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: title }));
  return made;
}

/** Mistakes that are named below the map. */
const MISTAKES = 6;

/** Names by what the reader holds of them, or letters by what they are to it, in the plane where they differ the most. */
export class AtlasView {
  readonly #svg = byId("map") as unknown as SVGSVGElement;
  readonly #choice = byId<HTMLSelectElement>("map-of");
  #atlas: Atlas | undefined;

  constructor() {
    this.#choice.addEventListener("input", () => this.redraw());
  }

  show(atlas: Atlas): void {
    this.#atlas = atlas;
    this.redraw();
  }

  redraw(): void {
    if (!this.#atlas) return;
    const ofNames = this.#choice.value === "names";
    renew(this.#svg, ofNames ? namePoints(this.#atlas.names) : letterPoints(this.#atlas.letters));
    byId("map-legend").style.visibility = ofNames ? "" : "hidden";
    byId("map-text").textContent = ofNames ? mistakesOf(this.#atlas.names) : LETTERS_TEXT;
  }
}

/** Shows fresh shapes. Those of the same map stay and are changed: whoever points at one goes on reading its tooltip. */
function renew(parent: Element, fresh: readonly SVGElement[]): void {
  const shown = [...parent.children];
  if (shown.length !== fresh.length || shown[0]?.tagName !== fresh[0]?.tagName) parent.replaceChildren(...fresh);
  else
    fresh.forEach((made, i) => {
      const old = shown[i]!;
      for (const { name, value } of made.attributes) old.setAttribute(name, value);
      if (old.textContent !== made.textContent) (old.firstElementChild ?? old).textContent = made.textContent;
    });
}

const LETTERS_TEXT =
  "Letters that do much the same in names come to lie together; before training they lie anywhere. Vowels are bold.";

const at = (places: Float32Array, i: number) => ({ x: 150 + 138 * places[2 * i]!, y: 110 - 100 * places[2 * i + 1]! });

function namePoints({ text, kinds, places, probabilities }: Atlas["names"]): SVGElement[] {
  return text.map((name, i) => {
    const kind = kinds[i]!;
    const right = probabilities[2 * i + kind]! >= 0.5;
    const { x, y } = at(places, i);
    const title = `${written(name)}: a ${KIND_NAMES[kind]}’s name, taken for one with ${percent(probabilities[2 * i + kind]!)}`;
    return shape("circle", { cx: x, cy: y, r: 3.2, class: `${KIND_NAMES[kind]}${right ? "" : " wrong"}` }, title);
  });
}

function letterPoints({ text, places }: Atlas["letters"]): SVGElement[] {
  return text.map((letter, i) => {
    const { x, y } = at(places, i);
    const glyph = shape("text", { x, y, class: /[aeiouy]/.test(letter) ? "vowel" : "consonant" });
    glyph.textContent = letter;
    return glyph;
  });
}

/** The surest mistakes among the names of the map. */
function mistakesOf({ text, kinds, probabilities }: Atlas["names"]): string {
  const wrong = text
    .map((name, i) => ({ name, right: probabilities[2 * i + kinds[i]!]! }))
    .filter(({ right }) => right < 0.5)
    .sort((a, b) => a.right - b.right);
  const surest = wrong.slice(0, MISTAKES).map(({ name, right }) => `${written(name)} (${percent(1 - right)})`);
  return `Ringed: ${wrong.length} of these ${text.length} it gets wrong. The surest mistakes: ${surest.join(", ") || "none"}.`;
}
