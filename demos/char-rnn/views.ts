import { Chart } from "../shared/charts";
import { byId, element } from "../shared/dom";
import type { Reading } from "./insight";

/** Names of what a unit has, as the page writes them. Those that run from −1 to 1 come first. */
const NAMES: Record<string, string> = {
  cell: "cell, tanh(c)",
  state: "state, h",
  input: "input gate",
  forget: "forget gate",
  output: "output gate",
  reset: "reset gate",
  update: "update gate",
};
const SIGNED = ["cell", "state"];

/** A passage of held-out text, each character coloured by what one unit held or did when the network had read it. */
export class UnitView {
  readonly #text = byId("unit-text");
  readonly #trace = byId<HTMLSelectElement>("trace");
  readonly #unit = byId<HTMLInputElement>("unit");
  #reading: Reading | undefined;
  #slow = -1;
  #fresh = true;

  constructor() {
    for (const control of [this.#trace, this.#unit]) control.addEventListener("input", () => this.#paint());
    byId("slow").addEventListener("click", () => this.#pickSlow());
  }

  show(reading: Reading): void {
    this.#reading = reading;
    const names = Object.keys(NAMES).filter((name) => name in reading.traces);
    if (names.join() !== [...this.#trace.options].map((o) => o.value).join())
      this.#trace.replaceChildren(...names.map((value) => element("option", { value }, NAMES[value]!)));
    this.#unit.max = String(reading.hidden - 1);
    if (this.#unit.valueAsNumber >= reading.hidden) this.#unit.value = "0";
    const characters = [...reading.text].map((c) => element("span", {}, c === "\n" ? "↵\n" : c));
    this.#text.replaceChildren(...characters);
    if (this.#fresh) this.#pick("spread");
    this.#fresh = false;
    this.#paint();
  }

  /** The next reading is another network's. */
  clear(): void {
    this.#fresh = true;
    this.#slow = -1;
  }

  #paint(): void {
    if (!this.#reading || !this.#unit.checkValidity() || Number.isNaN(this.#unit.valueAsNumber)) return;
    const { traces, hidden } = this.#reading;
    const name = this.#trace.value;
    const [unit, values] = [this.#unit.valueAsNumber, traces[name]!];
    const signed = SIGNED.includes(name);
    byId("legend").dataset.signed = String(signed);
    for (const [i, span] of ([...this.#text.children] as HTMLElement[]).entries()) {
      const value = values[i * hidden + unit]!;
      const strength = (50 * Math.min(1, Math.abs(value))).toFixed(0);
      const colour = value < 0 ? "--series-2" : "--series-1";
      span.style.background = `color-mix(in srgb, var(${colour}) ${strength}%, var(--panel))`;
      span.title = value.toFixed(3);
    }
  }

  /** The next of the units that change seldom, but do change: those that remember. */
  #pickSlow(): void {
    this.#slow++;
    this.#pick("pace", this.#slow % 24);
    this.#paint();
  }

  /** The unit with the largest spread, or one of those with the slowest pace. */
  #pick(by: "spread" | "pace", rank = 0): void {
    if (!this.#reading) return;
    const { traces, hidden } = this.#reading;
    const values = traces[this.#trace.value]!;
    const units = Array.from({ length: hidden }, (_, unit) => ({ unit, ...motion(values, hidden, unit) }));
    units.sort((a, b) => b.spread - a.spread);
    // What hardly moves at all is no memory.
    const lively = units.slice(0, Math.ceil(hidden / 2));
    if (by === "pace") lively.sort((a, b) => a.pace - b.pace);
    this.#unit.value = String(lively[rank % lively.length]!.unit);
  }
}

/** How far a unit moves from its mean, and from one character to the next beside that. */
function motion(values: Float32Array, hidden: number, unit: number): { spread: number; pace: number } {
  const rows = values.length / hidden;
  const at = (row: number) => values[row * hidden + unit]!;
  let [mean, spread, moves] = [0, 0, 0];
  for (let row = 0; row < rows; row++) mean += at(row) / rows;
  for (let row = 0; row < rows; row++) spread += Math.abs(at(row) - mean) / rows;
  for (let row = 1; row < rows; row++) moves += Math.abs(at(row) - at(row - 1)) / rows;
  return { spread, pace: moves / (spread + 1e-3) };
}

/** How the gradient of the last guess fades on its way back through the text: now, and before training. */
export class GradientView {
  readonly chart = new Chart(byId("gradient-chart"), {
    title: "norm of the gradient of the last character's loss by how many characters back it has come",
    along: "characters back",
    tick: (v) => `10${superscript(v)}`,
    lines: [
      { label: "first look", colour: "--series-2", dash: [6, 4], format: power },
      { label: "now", colour: "--series-1", width: 2.2, format: power },
    ],
  });
  #first: Float32Array | undefined;

  show(norms: Float32Array): void {
    this.#first ??= norms;
    this.chart.clear();
    norms.forEach((norm, back) => {
      this.chart.push(back, exponent(this.#first![back]!), exponent(norm));
    });
    const faded = norms.findIndex((n) => n < norms[0]! / 1000);
    byId("reach").textContent =
      faded < 0
        ? `After ${norms.length - 1} characters more than a thousandth of the nearest one’s gradient is left.`
        : `After ${faded} characters less than a thousandth of the nearest one’s gradient is left: what lies further back teaches hardly anything.`;
  }

  clear(): void {
    this.#first = undefined;
    this.chart.clear();
    byId("reach").textContent = "";
  }
}

const exponent = (norm: number): number | null => (norm > 0 ? Math.log10(norm) : null);
const power = (v: number): string => (10 ** v).toExponential(1);
const superscript = (v: number): string =>
  String(Number(v.toFixed(2))).replace(/[-.0-9]/g, (c) => ({ "-": "⁻", ".": "·" })[c] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]!);
