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
  /** How a number beside the y axis is written. */
  readonly tick?: (value: number) => string;
  /** Height of the plot without its legend, in CSS pixels. */
  readonly height: number;
}

/** A live line chart over steps. Values are pushed one row at a time and drawn at most once a frame. */
export class Chart {
  readonly #plot: uPlot;
  readonly #data: (number | null)[][];
  #drawing = false;

  constructor(
    readonly parent: HTMLElement,
    readonly options: ChartOptions,
  ) {
    this.#data = [[], ...options.lines.map(() => [])];
    const { along = "step", tick = (v: number) => String(Number(v.toPrecision(3))) } = options;
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
        height: options.height,
        cursor: { y: false },
        // Custom properties, so that the legend follows the theme.
        legend: { markers: { stroke: (_, i) => (i > 0 ? `var(${options.lines[i - 1]!.colour})` : "") } },
        scales: { x: { time: false }, y: options.range ? { range: [...options.range] as [number, number] } : {} },
        axes: [
          { ...axis, ...(options.along ? { values: (_, ticks) => ticks.map((v) => compact.format(v)) } : {}) },
          { ...axis, size: 62, values: (_, ticks) => ticks.map(tick) },
        ],
        series: [{ label: along }, ...options.lines.map(seriesOf)],
      },
      this.#data as unknown as uPlot.AlignedData,
      parent,
    );
    new ResizeObserver(() => this.#plot.setSize({ width: parent.clientWidth, height: options.height })).observe(parent);
  }

  /** Adds a row: the step, and a value or nothing for each line. Steps that come again take the place of all after them. */
  push(step: number, ...values: (number | null)[]): void {
    while (this.#data[0]!.length && this.#data[0]!.at(-1)! > step) for (const column of this.#data) column.pop();
    this.#data[0]!.push(step);
    this.options.lines.forEach((_, i) => {
      this.#data[i + 1]!.push(values[i] ?? null);
    });
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
      this.#plot.setData(this.#data as unknown as uPlot.AlignedData);
    });
  }
}

/** The chart of the learning rate over steps, `#lr-chart`. @param height of the plot, in CSS pixels */
export const learningRateChart = (height: number): Chart =>
  new Chart(byId("lr-chart"), {
    title: "learning rate over steps",
    height,
    lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
  });

const compact = new Intl.NumberFormat("en", { notation: "compact" });

function seriesOf({ label, colour, width = 1.8, points = false, dash, format }: LineSpec): uPlot.Series {
  return {
    label,
    width,
    stroke: () => styleValue(colour),
    spanGaps: true,
    points: { show: points, size: 7, fill: () => styleValue(colour) },
    value: (_, v) => (v === null || v === undefined ? "–" : (format?.(v) ?? v.toPrecision(4))),
    ...(dash ? { dash } : {}),
  };
}

/** Exponential moving average that starts at its first value. */
export class Smoother {
  #value = Number.NaN;
  constructor(readonly keep = 0.95) {}

  next(value: number): number {
    this.#value = Number.isNaN(this.#value) ? value : this.keep * this.#value + (1 - this.keep) * value;
    return this.#value;
  }

  reset(): void {
    this.#value = Number.NaN;
  }
}
