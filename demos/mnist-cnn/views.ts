import { byId, element } from "../shared/dom";
import { drawGrey, tiles } from "../shared/pictures";
import { likeliest } from "./likeliest";

const CLASSES = 10;
const PIXELS = 28 * 28;

const percent = (p: number): string => `${(100 * p).toFixed(p > 0.9995 ? 0 : 1)} %`;

/** Ten bars with the probability of each digit. */
export class ProbabilityBars {
  readonly #rows = Array.from({ length: CLASSES }, (_, digit) => {
    const fill = element("span", { class: "fill" });
    const text = element("span", {}, "–");
    const row = element(
      "div",
      { class: "bar" },
      element("span", {}, String(digit)),
      element("span", { class: "track" }, fill),
      text,
    );
    return { row, fill, text };
  });

  constructor(readonly parent: HTMLElement) {
    parent.append(...this.#rows.map((r) => r.row));
  }

  show(probabilities: ArrayLike<number>): void {
    const winner = likeliest(probabilities, 0, CLASSES);
    this.#rows.forEach(({ row, fill, text }, digit) => {
      fill.style.width = `${100 * probabilities[digit]!}%`;
      text.textContent = percent(probabilities[digit]!);
      row.classList.toggle("best", digit === winner);
    });
    const words = `The network reads ${winner}, ${percent(probabilities[winner]!)} sure.`;
    byId("guess").textContent = words;
    this.parent.setAttribute("aria-label", words);
  }

  clear(words: string): void {
    for (const { row, fill, text } of this.#rows) {
      fill.style.width = "0";
      text.textContent = "–";
      row.classList.remove("best");
    }
    byId("guess").textContent = words;
    this.parent.setAttribute("aria-label", words);
  }
}

/** A strip of held-out digits with what the network reads in them. */
export class DigitStrip {
  #cells: { root: HTMLElement; text: HTMLElement }[] = [];
  #labels: Uint8Array = new Uint8Array();

  constructor(readonly parent: HTMLElement) {}

  fill(pixels: Float32Array, labels: Uint8Array): void {
    this.#labels = labels;
    this.parent.replaceChildren();
    this.#cells = Array.from(labels, (label, i) => {
      const text = element("div", {}, "–");
      const root = element("div", { class: "digit" });
      const [canvas] = tiles(root, 1, 28, `a ${label}, held-out digit`);
      drawGrey(canvas!, pixels.subarray(i * PIXELS, (i + 1) * PIXELS), { low: 0, high: 1 });
      root.append(text);
      this.parent.append(root);
      return { root, text };
    });
  }

  /** No predictions yet. */
  clear(): void {
    for (const { root, text } of this.#cells) {
      root.classList.remove("wrong");
      text.textContent = "–";
    }
  }

  show(probabilities: Float32Array): void {
    this.#cells.forEach(({ root, text }, i) => {
      const read = likeliest(probabilities, i * CLASSES, CLASSES);
      const wrong = read !== this.#labels[i];
      root.classList.toggle("wrong", wrong);
      const reading = wrong ? `✗ ${read}→${this.#labels[i]}` : String(read);
      text.textContent = `${reading} · ${Math.round(100 * probabilities[i * CLASSES + read]!)}%`;
    });
  }
}

/** The first layer: its 16 filters, and what they see in a picture. */
export class FeatureView {
  readonly #filters = tiles(byId("filters"), 16, 3, "filter");
  readonly #maps = tiles(byId("maps"), 16, 28, "feature map");

  show({ filters, maps }: { filters: Float32Array; maps: Float32Array }): void {
    const reach = filters.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const high = maps.reduce((m, v) => Math.max(m, v), 1e-6);
    for (const [i, canvas] of this.#filters.entries())
      drawGrey(canvas, filters.subarray(9 * i, 9 * i + 9), { low: -reach, high: reach });
    for (const [i, canvas] of this.#maps.entries())
      drawGrey(canvas, maps.subarray(PIXELS * i, PIXELS * (i + 1)), { low: 0, high });
  }
}
