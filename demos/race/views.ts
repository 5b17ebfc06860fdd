import { element } from "../shared/dom";
import type { HeatState } from "./heats";
import type { Result } from "./measure";
import { type EngineName, labelOf } from "./peers";
import { agrees, short } from "./table";
import { WORKLOADS, type WorkloadName } from "./workloads";

const METRICS: readonly { title: string; of(r: Result): number }[] = [
  { title: "Milliseconds a step", of: (r) => r.ms.median },
  { title: "Dispatches a step", of: (r) => r.perStep.dispatchWorkgroups ?? Number.NaN },
  { title: "Bind groups made a step", of: (r) => (r.ms.median ? (r.perStep.createBindGroup ?? 0) : Number.NaN) },
  { title: "GPU memory at most, MiB", of: (r) => r.peakMebibytes },
  { title: "First step, seconds", of: (r) => r.firstStepSeconds },
];
const STEPS = [1, 10, 20];

const WORDS: Readonly<Record<HeatState["state"], string>> = {
  waiting: "waits",
  loading: "loading …",
  compiling: "first step: compiling …",
  racing: "training …",
  done: "done",
  failed: "",
  skipped: "stopped",
};

/** One measure of all engines as bars; the longest fills its track. */
class Bars {
  readonly root: HTMLElement;
  readonly #rows = new Map<EngineName, { fill: HTMLElement; text: HTMLElement; value: number }>();

  constructor(title: string, engines: readonly EngineName[]) {
    this.root = element("div", { class: "metric" }, element("h3", {}, title));
    for (const engine of engines) {
      const fill = element("span", { class: `fill ${engine}` });
      const text = element("span", { class: "value" }, "–");
      const label = element("span", { class: "name" }, labelOf(engine));
      this.root.append(element("div", { class: "bar" }, label, element("span", { class: "track" }, fill), text));
      this.#rows.set(engine, { fill, text, value: Number.NaN });
    }
  }

  show(engine: EngineName, value: number): void {
    const row = this.#rows.get(engine)!;
    row.value = value;
    row.text.textContent = short(value);
    const all = [...this.#rows.values()];
    const most = Math.max(...all.map((r) => r.value).filter(Number.isFinite), Number.MIN_VALUE);
    for (const r of all) r.fill.style.width = `${Number.isFinite(r.value) ? (100 * r.value) / most : 0}%`;
  }
}

/** A workload's panel: bars of each measure, and the losses that prove that all compute the same. */
export class WorkloadPanel {
  readonly root: HTMLElement;
  readonly #bars: readonly Bars[];
  readonly #rows = new Map<EngineName, { status: HTMLElement; losses: HTMLElement[]; verdict: HTMLElement }>();

  constructor(
    readonly workload: WorkloadName,
    engines: readonly EngineName[],
  ) {
    const { title, losses } = WORKLOADS[workload];
    this.#bars = METRICS.map((m) => new Bars(m.title, engines));
    const head = ["Engine", "State", "Same losses?", ...STEPS.map((s) => `Step ${s}`)];
    const expected = STEPS.map((s) => element("td", {}, losses[s]?.toFixed(4) ?? "–"));
    const body = element("tbody", {}, tableRow("expected", element("td", {}), element("td", {}), ...expected));
    for (const engine of engines) body.append(this.#row(engine));
    this.root = element(
      "section",
      { class: "panel workload", "aria-label": `${workload}: ${title}` },
      element("h2", {}, `${workload} · ${title}`),
      element("div", { class: "metrics" }, ...this.#bars.map((b) => b.root)),
      scrolling(`losses of ${workload}`, headRow(head), body),
    );
  }

  show(engine: EngineName, heat: HeatState): void {
    const { status, losses, verdict } = this.#rows.get(engine)!;
    status.textContent = heat.state === "failed" ? heat.reason : WORDS[heat.state];
    status.parentElement!.dataset.state = heat.state;
    if (!("result" in heat)) return;
    METRICS.forEach((m, i) => {
      this.#bars[i]!.show(engine, m.of(heat.result));
    });
    STEPS.forEach((step, i) => {
      losses[i]!.textContent = heat.result.losses[step]?.toFixed(4) ?? "–";
    });
    const same = agrees(heat.result);
    verdict.textContent = same === null ? "–" : same ? "✓ agrees" : `✗ off by ${short(heat.result.lossError)}`;
    verdict.className = same === null ? "" : same ? "good" : "bad";
  }

  #row(engine: EngineName): HTMLElement {
    const losses = STEPS.map(() => element("td", {}, "–"));
    const verdict = element("td", {}, "–");
    const status = element("td", { class: "status" }, WORDS.waiting);
    this.#rows.set(engine, { status, losses, verdict });
    return tableRow(labelOf(engine), status, verdict, ...losses);
  }
}

const tableRow = (name: string, ...rest: HTMLElement[]): HTMLElement =>
  element("tr", {}, element("th", { scope: "row" }, name), ...rest);

export const headRow = (names: readonly string[]): HTMLElement =>
  element("thead", {}, element("tr", {}, ...names.map((n) => element("th", { scope: "col" }, n))));

/** A table that scrolls sideways by itself where the page is narrow, by keyboard too. */
export const scrolling = (label: string, ...parts: HTMLElement[]): HTMLElement =>
  element(
    "div",
    { class: "scrolls", tabindex: 0, role: "region", "aria-label": label },
    element("table", { class: "plain" }, ...parts),
  );
