import { element, unseen } from "./dom";

export interface MatrixOptions {
  /** What a row stands for; default "the digit". */
  readonly what?: string;
  /** What a cell says of its count and of the sum of its row; default the count. */
  readonly cell?: (count: number, total: number) => string;
}

/** A confusion matrix as a table: rows are labels, columns predictions, and the stronger the colour of a cell, the larger its share. */
export class MatrixView {
  readonly #cells: HTMLTableCellElement[][];
  readonly #worst: HTMLElement;
  readonly #legend: string;

  constructor(
    parent: HTMLElement,
    readonly classes: readonly string[],
    readonly options: MatrixOptions = {},
  ) {
    this.#legend = `Rows: ${options.what ?? "the digit"}. Columns: what it was taken for.`;
    const head = element("tr", {}, element("th", { scope: "col" }, unseen(options.what ?? "the digit")));
    for (const c of classes) head.append(element("th", { scope: "col" }, c));
    this.#cells = classes.map(() => classes.map(() => element("td", {}, "–")));
    const rows = this.#cells.map((cells, i) =>
      element("tr", {}, element("th", { scope: "row" }, classes[i]!), ...cells),
    );
    const table = element("table", { class: "matrix" }, element("thead", {}, head), element("tbody", {}, ...rows));
    this.#worst = element("p", { class: "soft" }, this.#legend);
    parent.append(table, this.#worst);
  }

  show(counts: readonly (readonly number[])[]): void {
    const pairs: { label: number; predicted: number; count: number }[] = [];
    counts.forEach((row, label) => {
      const total = row.reduce((a, b) => a + b, 0) || 1;
      row.forEach((count, predicted) => {
        const cell = this.#cells[label]![predicted]!;
        // Mistakes are rare: the root makes them visible beside what is right.
        const depth = 0.5 * Math.cbrt(count / total);
        cell.textContent = this.options.cell?.(count, total) ?? String(count);
        cell.style.background = count ? `rgba(var(--cell), ${depth.toFixed(3)})` : "";
        cell.style.fontWeight = label === predicted ? "600" : "400";
        if (label !== predicted && count) pairs.push({ label, predicted, count });
      });
    });
    const worst = pairs.sort((a, b) => b.count - a.count).slice(0, 3);
    const text = worst
      .map((p) => `${this.classes[p.label]} taken for ${this.classes[p.predicted]}: ${p.count}×`)
      .join(", ");
    this.#worst.textContent = text ? `${this.#legend} Worst: ${text}.` : "No mistakes.";
  }

  clear(): void {
    for (const cell of this.#cells.flat()) {
      cell.textContent = "–";
      cell.style.background = "";
    }
    this.#worst.textContent = this.#legend;
  }
}
