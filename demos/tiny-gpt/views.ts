import { byId, element, styleValue } from "../shared/dom";
import type { Look } from "./protocol";

/** A token as it is shown in a cell: nothing of it is invisible. */
export const visible = (token: string): string =>
  token
    .replace(/ /g, "␣")
    .replace(/\n/g, "⏎")
    .replace(/[\p{C}\ufffd]/gu, "·") || "·";

/** A colour of the style sheet's `--cell`, the deeper the larger the share. */
const shade = (share: number, most: number): string =>
  `rgba(${styleValue("--cell")}, ${(most * Math.min(1, Math.max(0, share))).toFixed(3)})`;

/** The attention of all heads as small maps, and one of them large. */
export class AttentionView {
  #look: Look | undefined;
  #chosen = { layer: 0, head: 0 };
  readonly #large = byId<HTMLCanvasElement>("map");
  #tiles: HTMLButtonElement[] = [];

  constructor(readonly parent: HTMLElement) {}

  show(look: Look): void {
    const { layers, heads } = look;
    const before = this.#look;
    this.#look = look;
    if (before?.layers !== layers || before.heads !== heads) this.#makeTiles(layers, heads);
    this.redraw();
  }

  /** Draws with the colours as they are now. */
  redraw(): void {
    const look = this.#look;
    if (!look) return;
    for (const [i, tile] of this.#tiles.entries()) {
      const canvas = tile.querySelector("canvas")!;
      canvas.width = look.tokens;
      canvas.height = look.tokens;
      drawMap(canvas, this.#weights(look, i), look.tokens);
      const { layer, head } = this.#chosen;
      tile.setAttribute("aria-pressed", String(i === layer * look.heads + head));
    }
    this.#drawLarge(look);
  }

  #weights({ attention, tokens }: Look, map: number): Float32Array {
    return attention.subarray(map * tokens ** 2, (map + 1) * tokens ** 2);
  }

  #makeTiles(layers: number, heads: number): void {
    this.#chosen = { layer: Math.min(this.#chosen.layer, layers - 1), head: Math.min(this.#chosen.head, heads - 1) };
    this.parent.style.gridTemplateColumns = `repeat(${heads}, minmax(24px, 1fr))`;
    this.#tiles = Array.from({ length: layers * heads }, (_, i) => {
      const [layer, head] = [Math.floor(i / heads), i % heads];
      const label = `layer ${layer + 1}, head ${head + 1}`;
      const tile = element(
        "button",
        { type: "button", "aria-label": label, title: label },
        element("canvas", { class: "pixels" }),
      );
      tile.addEventListener("click", () => {
        this.#chosen = { layer, head };
        this.redraw();
      });
      return tile;
    });
    this.parent.replaceChildren(...this.#tiles);
  }

  /** The chosen map, with its tokens along both sides. */
  #drawLarge(look: Look): void {
    const { layer, head } = this.#chosen;
    const { tokens, heads, texts } = look;
    const weights = this.#weights(look, layer * heads + head);
    const canvas = this.#large;
    const scale = Math.max(1, devicePixelRatio);
    const size = (canvas.clientWidth || 420) * scale;
    [canvas.width, canvas.height] = [size, size];
    const context = canvas.getContext("2d")!;
    // The labels take what they need, and at most a fifth.
    const setFont = (cell: number) => {
      context.font = `${Math.min(0.8 * cell, 14 * scale)}px ui-monospace, Menlo, Consolas, monospace`;
    };
    setFont(size / (tokens + 2));
    const widest = Math.max(...texts.map((t) => context.measureText(visible(t)).width));
    const margin = Math.min(0.2 * size, widest + 8 * scale);
    const cell = (size - margin) / tokens;
    setFont(cell);
    context.textBaseline = "middle";
    for (let row = 0; row < tokens; row++) {
      for (let column = 0; column < tokens; column++) {
        context.fillStyle = column > row ? styleValue("--page") : shade(weights[row * tokens + column]!, 1);
        context.fillRect(margin + column * cell, margin + row * cell, cell - 1, cell - 1);
      }
      context.fillStyle = styleValue("--ink-soft");
      const text = visible(texts[row]!);
      context.textAlign = "right";
      context.fillText(text, margin - 4 * scale, margin + (row + 0.5) * cell, margin - 6 * scale);
      context.save();
      context.translate(margin + (row + 0.5) * cell, margin - 4 * scale);
      context.rotate(-Math.PI / 2);
      context.textAlign = "left";
      context.fillText(text, 0, 0, margin - 6 * scale);
      context.restore();
    }
    const words = `Layer ${layer + 1}, head ${head + 1}: ${strongest(weights, tokens, texts)}`;
    canvas.setAttribute("aria-label", words);
    byId("map-text").textContent =
      `${words} Each row is a token; the stronger a cell’s colour, the more it takes from the token of that column.`;
  }
}

/** In words: what the last token looks at most. */
function strongest(weights: Float32Array, tokens: number, texts: readonly string[]): string {
  const last = weights.subarray((tokens - 1) * tokens);
  const best = last.reduce((b, w, i) => (w > last[b]! ? i : b), 0);
  const back = tokens - 1 - best;
  const where = back === 0 ? "itself" : `“${visible(texts[best]!)}”, ${back} back`;
  return `the last token takes most from ${where} (${Math.round(100 * last[best]!)} %).`;
}

function drawMap(canvas: HTMLCanvasElement, weights: Float32Array, n: number): void {
  const context = canvas.getContext("2d")!;
  const [r, g, b] = styleValue("--cell")
    .split(",")
    .map((c) => Number(c));
  const image = context.createImageData(n, n);
  for (let i = 0; i < n * n; i++) image.data.set([r!, g!, b!, 255 * weights[i]!], 4 * i);
  context.putImageData(image, 0, 0);
}

/** The likeliest next token after each block, at each place of the text. */
export function showLens(parent: HTMLElement, { tokens, layers, texts, guessed, probabilities }: Look): void {
  const head = element("tr", {}, element("th", { scope: "row" }, "reads"));
  for (const text of texts) head.append(element("th", { scope: "col" }, visible(text)));
  const rows = Array.from({ length: layers + 1 }, (_, layer) => {
    const name = layer === 0 ? "embedding" : layer === layers ? `block ${layer}: says` : `block ${layer}`;
    const row = element("tr", {}, element("th", { scope: "row" }, name));
    for (let t = 0; t < tokens; t++) {
      const p = probabilities[layer * tokens + t]!;
      const cell = element("td", { title: `${Math.round(100 * p)} %` }, visible(guessed[layer * tokens + t]!));
      cell.style.background = `rgba(var(--cell), ${(0.5 * p).toFixed(3)})`;
      row.append(cell);
    }
    return row;
  });
  parent.replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}
