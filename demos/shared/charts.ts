import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { byId, styleValue } from "./dom";

/** One line of a chart. */
export interface LineSpec {
  readonly label: string;
  /** Custom property of the style sheet that holds the colour. */
  readonly colour: string;
  readonly width?: number;
  /** Mark the points: for values that come seldom. */
  readonly points?: boolean;
  readonly dash?: number[];
  readonly format?: (value: number) => string;
}

export interface ChartOptions {
  /** What the picture shows, for those who cannot see it. */
  readonly title: string;
  readonly lines: readonly LineSpec[];
  /** Fixed range of y; default what the values need. */
  readonly range?: readonly [number, number];
  /** What runs along x, its numbers written short; default "step". */
  readonly along?: string;
  /** The y axis is of shares 0…1, and written in percent. */
  readonly percent?: boolean;
  /** How a number beside the y axis is written; default with as many decimals as its steps need. */
  readonly tick?: (value: number) => string;
}

/**
 * A live line chart over steps. Values are pushed one row at a time and drawn at most once a frame. Its element says how high the
 * plot is, without the legend, by the custom property `--plot`, so that its place is kept before a script runs.
 */
export class Chart {
  readonly #plot: uPlot;
  readonly #data: (number | null)[][];
  readonly #height: number;
  #drawing = false;

  constructor(
    readonly parent: HTMLElement,
    readonly options: ChartOptions,
  ) {
    this.#data = [[], ...options.lines.map(() => [])];
    this.#height = Number.parseFloat(getComputedStyle(parent).getPropertyValue("--plot"));
    const { along = "step", tick, percent } = options;
    const written = (ticks: number[], by: number) =>
      tick
        ? ticks.map(tick)
        : ticks.map((v) => (percent ? `${withDecimals(100 * v, 100 * by)} %` : withDecimals(v, by)));
    parent.setAttribute("role", "img");
    parent.setAttribute("aria-label", options.title);
    const axis: uPlot.Axis = {
      stroke: () => styleValue("--ink-soft"),
      grid: { stroke: () => styleValue("--line"), width: 1 },
      ticks: { stroke: () => styleValue("--line"), width: 1 },
    };
    this.#plot = new uPlot(
      {
        width: parent.clientWidth || 300,
        height: this.#height,
        cursor: { y: false },
        // Custom properties, so that the legend follows the theme.
        legend: { markers: { stroke: (_, i) => (i > 0 ? `var(${options.lines[i - 1]!.colour})` : "") } },
        scales: { x: { time: false }, y: options.range ? { range: [...options.range] as [number, number] } : {} },
        axes: [
          {
            ...axis,
            incrs: COUNTS,
            ...(options.along ? { values: (_, ticks) => ticks.map((v) => compact.format(v)) } : {}),
          },
          { ...axis, size: widthOf, values: (_, ticks, _axis, _space, by) => written(ticks, by) },
        ],
        series: [{ label: along, value: (_, v) => v?.toLocaleString("en") ?? "–" }, ...options.lines.map(seriesOf)],
      },
      this.#data as unknown as uPlot.AlignedData,
      parent,
    );
    parent.dataset.hint = "Press Train";
    parent.classList.add("empty");
    new ResizeObserver(() => this.#plot.setSize({ width: parent.clientWidth, height: this.#height })).observe(parent);
  }

  /**
   * Adds a row: the step, and a value or nothing for each line; what the newest row lacks is put into it, where it is of the
   * same step. Steps that come again take the place of all after them.
   */
  push(step: number, ...values: (number | null)[]): void {
    while (this.#data[0]!.length && this.#data[0]!.at(-1)! > step) for (const column of this.#data) column.pop();
    // The plot shows no point of a second row at the same place.
    const row = this.#data[0]!.at(-1) === step ? this.#data[0]!.length - 1 : this.#data[0]!.length;
    this.#data[0]![row] = step;
    for (const i of this.options.lines.keys()) this.#data[i + 1]![row] = values[i] ?? this.#data[i + 1]![row] ?? null;
    this.redraw();
  }

  clear(): void {
    for (const column of this.#data) column.length = 0;
    this.redraw();
  }

  /** Draws with the next frame: after new values, or when the colours have changed. */
  redraw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.parent.classList.toggle("empty", this.#data[0]!.length === 0);
      this.#plot.setData(this.#data as unknown as uPlot.AlignedData);
    });
  }
}

/** The chart of the learning rate over steps, `#lr-chart`. */
export const learningRateChart = (): Chart =>
  new Chart(byId("lr-chart"), {
    title: "learning rate over steps",
    lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
  });

/** A number of an axis whose steps are `by`: two of them never read the same. */
export function withDecimals(value: number, by: number): string {
  const first = Math.ceil(-Math.log10(by) - 1e-9);
  // Steps of 0.25 have two digits, of 0.2 one.
  const isOne = Math.abs(by * 10 ** first - Math.round(by * 10 ** first)) < 1e-6;
  const decimals = isOne ? first : first + 1;
  const plain = value.toFixed(Math.max(0, decimals));
  if (plain.length <= 8 || value === 0) return value === 0 ? "0" : plain;
  return value.toExponential(Math.max(0, decimals + Math.floor(Math.log10(Math.abs(value)) + 1e-9)));
}

/** Room for the labels of the y axis; never less than most charts need, so that plots stand in line and do not jump. */
function widthOf(plot: uPlot, labels: string[] | null, axis: number): number {
  const { ticks, gap = 5, font } = plot.axes[axis]!;
  plot.ctx.font = String((font as unknown as string[] | undefined)?.[0] ?? plot.ctx.font);
  const widest = Math.max(0, ...(labels ?? []).map((l) => plot.ctx.measureText(l).width / devicePixelRatio));
  return Math.max(62, Math.ceil(widest + (ticks?.size ?? 10) + gap));
}

/** Distances between numbers along x: what is counted there has no halves. */
const COUNTS = Array.from({ length: 13 }, (_, e) => [1, 2, 5].map((n) => n * 10 ** e)).flat();

const compact = new Intl.NumberFormat("en", { notation: "compact" });

function seriesOf({ label, colour, width = 1.8, points = false, dash, format }: LineSpec): uPlot.Series {
  return {
    label,
    width,
    stroke: () => styleValue(colour),
    spanGaps: true,
    // One value alone makes no line.
    points: { show: points || ((_, _s, first, last) => first === last), size: 7, fill: () => styleValue(colour) },
    value: (_, v) => (v === null || v === undefined ? "–" : (format?.(v) ?? v.toPrecision(4))),
    ...(dash ? { dash } : {}),
  };
}

/** Exponential moving average of the values so far: each weighs `keep` times what the one after it weighs. */
export class Smoother {
  #sums: { step: number; sum: number; weight: number }[] = [];
  constructor(readonly keep = 0.95) {}

  /** The average with the value of a step. A step that comes again takes the place of all after it. */
  next(step: number, value: number): number {
    while (this.#sums.length && this.#sums.at(-1)!.step >= step) this.#sums.pop();
    const before = this.#sums.at(-1) ?? { sum: 0, weight: 0 };
    const [sum, weight] = [this.keep * before.sum + value, this.keep * before.weight + 1];
    this.#sums.push({ step, sum, weight });
    return sum / weight;
  }

  reset(): void {
    this.#sums = [];
  }
}
