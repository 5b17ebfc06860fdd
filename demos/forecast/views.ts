import { Chart } from "../shared/charts";
import { byId, element } from "../shared/dom";
import { type FormValues, wordsFor } from "../shared/form";
import type { Picture } from "./experiment";

const sigmas = (v: number): string => `${v.toFixed(3)} σ`;

/** The held-out series, and what the network says of it. */
export class ForecastView {
  readonly chart = new Chart(byId("forecast-chart"), {
    title: "held-out values, forecasts of them, and a forecast that runs on from its own values",
    along: "value",
    lines: [
      { label: "measured", colour: "--ink-soft", width: 1 },
      { label: "forecast", colour: "--series-1", width: 2.2 },
      { label: "by itself", colour: "--series-2", width: 2.2, dash: [6, 4] },
    ],
  });

  show({ values, ahead, free, from, horizon }: Picture): void {
    this.chart.clear();
    const known = (v: number | undefined) => (v === undefined || Number.isNaN(v) ? null : v);
    values.forEach((value, i) => {
      // It begins where the last value that it has read ends.
      const own = i === from - 1 ? value : known(free[i - from]);
      this.chart.push(i, value, known(ahead[i]), own);
    });
    const steps = horizon === 1 ? "1 step" : `${horizon} steps`;
    byId("ahead").textContent = `Forecast: each value as it was foretold ${steps} before, from measured values alone.`;
  }
}

/** How the error grows the further a forecast runs on. */
export class GrowthView {
  readonly chart = new Chart(byId("growth-chart"), {
    title: "root mean square error by steps ahead, of the network and of two naive forecasts",
    along: "steps ahead",
    lines: [
      { label: "network", colour: "--series-1", width: 2.2, format: sigmas },
      { label: "last value", colour: "--series-2", dash: [6, 4], format: sigmas },
      { label: "a season before", colour: "--series-3", dash: [2, 3], format: sigmas },
    ],
  });

  show({ growth }: Picture): void {
    this.chart.clear();
    growth.network.forEach((error, i) => {
      this.chart.push(i + 1, error, growth.last[i]!, growth.season[i]!);
    });
  }
}

const FORECASTERS = {
  network: "this network",
  last: "as the last value",
  season: "as a season before",
  unknowable: "what chance leaves",
} as const;
type Forecaster = keyof typeof FORECASTERS;

/** The network's error beside what needs no network: bars, the shorter the better. */
export class ErrorBars {
  readonly #rows: Record<Forecaster, { fill: HTMLElement; text: HTMLElement }>;

  constructor(parent: HTMLElement) {
    const made = (Object.keys(FORECASTERS) as Forecaster[]).map((name) => {
      const [fill, text] = [element("span", { class: `fill ${name}` }), element("span", {}, "–")];
      const track = element("span", { class: "track" }, fill);
      parent.append(element("div", { class: "bar" }, element("span", {}, FORECASTERS[name]), track, text));
      return [name, { fill, text }] as const;
    });
    this.#rows = Object.fromEntries(made) as Record<Forecaster, { fill: HTMLElement; text: HTMLElement }>;
  }

  show({ errors, skill }: Picture): void {
    const most = Math.max(errors.network, errors.last, errors.season);
    for (const [name, { fill, text }] of Object.entries(this.#rows)) {
      const error = errors[name as Forecaster];
      fill.style.width = `${(100 * error) / most}%`;
      text.textContent = sigmas(error);
    }
    byId("verdict").textContent = verdictOf(skill);
  }
}

/** Whether the network is worth it, in words. */
function verdictOf(skill: number): string {
  const share = `${Math.round(100 * Math.abs(skill))} %`;
  if (skill > 0.03) return `Worth it: its squared error is ${share} below that of the better naive forecast.`;
  if (skill > -0.03) return "No better than doing without: a naive forecast comes as close.";
  return `Not worth it yet: its squared error is ${share} above that of the better naive forecast.`;
}

/** A finished run, as compared with others. */
export interface Finished {
  readonly settings: FormValues;
  readonly parameters: number;
  readonly rmse: number;
  readonly skill: number;
}

/** Settings that a run is told by, with the heads of their columns. */
const COLUMNS = {
  series: "Series",
  noise: "Noise",
  cell: "Cell",
  layers: "Layers",
  hidden: "Units",
  window: "Window",
  horizon: "Horizon",
  steps: "Steps",
} as const;
const MOST_RUNS = 30;

/** Runs that came to their end since the page was opened, the best skill marked. */
export class RunTable {
  readonly #runs: Finished[] = [];
  readonly #body = element("tbody");

  /** @param form the settings, whose words for a choice the table uses */
  constructor(
    readonly parent: HTMLElement,
    readonly form: HTMLFormElement,
  ) {
    const heads = [...Object.values(COLUMNS), "Numbers learnt", "RMS error", "Skill"];
    const head = element("tr", {}, ...heads.map((h) => element("th", { scope: "col" }, h)));
    parent.append(element("table", { class: "plain runs" }, element("thead", {}, head), this.#body));
    this.#draw();
  }

  add(run: Finished): void {
    this.#runs.unshift(run);
    this.#runs.length = Math.min(this.#runs.length, MOST_RUNS);
    this.#draw();
  }

  #draw(): void {
    const best = Math.max(...this.#runs.map((r) => r.skill));
    const cells = ({ settings, parameters, rmse, skill }: Finished) => [
      ...Object.keys(COLUMNS).map((name) => wordsFor(this.form, name, settings[name]!)),
      parameters.toLocaleString("en"),
      rmse.toFixed(3),
      skill.toFixed(3),
    ];
    const rows = this.#runs.map((run) => {
      const isBest = run.skill === best && this.#runs.length > 1;
      return element("tr", isBest ? { class: "best" } : {}, ...cells(run).map((c) => element("td", {}, c)));
    });
    const none = element(
      "td",
      { colspan: Object.keys(COLUMNS).length + 3, class: "soft" },
      "None yet: train one to its end.",
    );
    this.#body.replaceChildren(...(rows.length ? rows : [element("tr", {}, none)]));
  }
}
