import { byId, element, styleValue, unseen } from "../shared/dom";
import type { Translated } from "./experiment";
import type { Alignment, Answer } from "./interpreter";

/** Held-out examples that are shown whatever becomes of them, and mistakes at most. */
const SHOWN = 10;
const MISTAKES = 30;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
/** A score, without a minus before nothing. */
const shown = (score: number): string => score.toFixed(3).replace("-0.000", "0.000");
/** A character as it is shown alone. */
const visible = (c: string): string => (c === " " ? "␣" : c);

/** What the network makes of held-out pairs: the first ones, and its mistakes. */
export function showExamples(list: readonly Translated[], step: number): void {
  const wrong = list.filter((t) => t.output !== t.target);
  byId("right").textContent = `${list.length - wrong.length} of ${list.length} right`;
  const tables = [pairTable(`The first ${Math.min(SHOWN, list.length)}, after ${step} steps`, list.slice(0, SHOWN))];
  if (wrong.length)
    tables.push(
      pairTable(wrong.length > MISTAKES ? `${MISTAKES} of the mistakes` : "All mistakes", wrong.slice(0, MISTAKES)),
    );
  byId("examples").replaceChildren(...tables);
}

function pairTable(caption: string, list: readonly Translated[]): HTMLTableElement {
  const rows = list.map((t) => {
    const right = t.output === t.target;
    const mark = element("td", { class: "mark" }, right ? "✓" : "✗");
    mark.title = right ? "right" : "wrong";
    const output = element("td", {}, ...(right ? [t.output] : marked(t)));
    return element("tr", { class: right ? "right" : "wrong" }, mark, element("td", {}, t.source), output);
  });
  return element("table", { class: "pairs" }, element("caption", {}, caption), element("tbody", {}, ...rows));
}

/** A wrong translation, underlined where it differs from the right one, which stands below it. */
function marked({ output, target }: Translated): Node[] {
  const [made, right] = [[...output], [...target]];
  const nodes: Node[] = made.map((c, i) => (c === right[i] ? new Text(c) : element("mark", {}, visible(c))));
  return [...nodes, element("small", {}, "should be ", element("span", {}, target))];
}

/** What was found for the visitor's text. */
export function showAnswer({ found, reference }: Answer): void {
  const [best] = found;
  const verdict = reference === undefined ? "" : best?.text === reference ? "✓ right" : `✗ wrong: it is “${reference}”`;
  byId("answer").replaceChildren(best?.text || "(nothing)", element("small", {}, verdict));
  const head = [unseen("rank"), "translation", "probability", "score"].map((h) => element("th", { scope: "col" }, h));
  const rows = found.map(({ text, logProb, score, ended }, i) =>
    element(
      "tr",
      {},
      element("td", {}, String(i + 1)),
      element("td", { class: "text" }, ended ? text : `${text} …`),
      element("td", {}, percent(Math.exp(logProb))),
      element("td", { title: `sum of log-probabilities: ${logProb.toFixed(3)}` }, shown(score)),
    ),
  );
  byId("beams").replaceChildren(
    element(
      "table",
      { class: "beams" },
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...rows),
    ),
  );
}

/** What the network looked at while it wrote: each head of each layer, and one of them large. */
export class AlignmentView {
  #answer: Answer | undefined;
  #chosen = 0;
  #network = "";

  /** @param network its name; another one begins with its first map */
  show(answer: Answer, network: string): void {
    if (network !== this.#network) this.#chosen = 0;
    this.#network = network;
    this.#answer = answer;
    this.redraw();
  }

  clear(): void {
    this.#answer = undefined;
    for (const id of ["maps", "map", "map-text"]) byId(id).replaceChildren();
  }

  redraw(): void {
    if (!this.#answer) return;
    const { alignment } = this.#answer;
    byId("map").hidden = !alignment;
    if (!alignment) {
      for (const id of ["maps", "map"]) byId(id).replaceChildren();
      byId("map-text").textContent =
        "This network has no alignment: it never looks back. All that it knows of the text is the last state of its encoder.";
      return;
    }
    const { layers, heads, weights } = alignment;
    const [rows, columns] = [alignment.written.length, alignment.read.length];
    const maps = layers * heads;
    this.#chosen = Math.min(this.#chosen, maps - 1);
    const part = (i: number) => weights.subarray(i * rows * columns, (i + 1) * rows * columns);
    const tiles = Array.from({ length: maps > 1 ? maps : 0 }, (_, i) => this.#tile(alignment, i, part(i)));
    byId("maps").replaceChildren(...tiles);
    this.#large(alignment, part(this.#chosen));
  }

  #tile({ heads, written, read }: Alignment, i: number, weights: Float32Array): HTMLButtonElement {
    const canvas = element("canvas", { class: "pixels", width: read.length, height: written.length });
    const name = `${Math.floor(i / heads) + 1}.${(i % heads) + 1}`;
    const label = `layer ${Math.floor(i / heads) + 1}, head ${(i % heads) + 1}`;
    const attributes = {
      type: "button",
      title: label,
      "aria-label": `${name}: ${label}`,
      "aria-pressed": String(i === this.#chosen),
    };
    const tile = element("button", attributes, canvas, name);
    paint(canvas, weights);
    tile.addEventListener("click", () => {
      this.#chosen = i;
      this.redraw();
      (byId("maps").children[i] as HTMLElement).focus();
    });
    return tile;
  }

  #large({ layers, heads, written: made, read }: Alignment, weights: Float32Array): void {
    const written = made.map((c, row) => c || (row === made.length - 1 ? "end" : "·"));
    const head = element("tr", {}, element("th", { scope: "col" }, unseen("written")));
    for (const c of read) head.append(element("th", { scope: "col" }, visible(c)));
    const body = written.map((c, row) => {
      const cells = read.map((from, column) => {
        const weight = weights[row * read.length + column]!;
        const cell = element("td", { title: `${visible(c)} from ${visible(from)}: ${percent(weight)}` });
        if (weight > 0.004) cell.style.background = `rgba(var(--cell), ${weight.toFixed(3)})`;
        return cell;
      });
      return element("tr", {}, element("th", { scope: "row" }, visible(c)), ...cells);
    });
    byId("map").replaceChildren(
      element("table", { class: "map" }, element("thead", {}, head), element("tbody", {}, ...body)),
    );
    const where =
      layers * heads === 1 ? "" : `Layer ${Math.floor(this.#chosen / heads) + 1}, head ${(this.#chosen % heads) + 1}. `;
    byId("map-text").textContent =
      `${where}Each row is a character written, each column one read; the stronger a cell’s colour, the more the first takes from the second. ${strongest(weights, written, read)}`;
  }
}

/** In words: where the first character looks. */
function strongest(weights: Float32Array, written: readonly string[], read: readonly string[]): string {
  let best = 0;
  for (let i = 1; i < read.length; i++) if (weights[i]! > weights[best]!) best = i;
  return `“${visible(written[0]!)}” takes most from “${visible(read[best]!)}”, number ${best + 1} (${percent(weights[best]!)}).`;
}

function paint(canvas: HTMLCanvasElement, weights: Float32Array): void {
  const context = canvas.getContext("2d")!;
  const [r, g, b] = styleValue("--cell").split(",").map(Number);
  const image = context.createImageData(canvas.width, canvas.height);
  weights.forEach((w, i) => {
    image.data.set([r!, g!, b!, 255 * w], 4 * i);
  });
  context.putImageData(image, 0, 0);
}
