import type { EvalEvent, StepEvent, TaskScores } from "../../src/index";
import { Chart, learningRateChart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import { type FormValues, mirrorInAddress, readForm } from "../shared/form";
import { TrainingPage } from "../shared/page";
import { connect } from "../shared/remote";
import { scoreText } from "../shared/scores";
import type { ForecastOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { metadataOf } from "./settings";
import { Sweep } from "./sweep";
import { ErrorBars, ForecastView, GrowthView, RunTable } from "./views";

const DEPTHS = [1, 2, 3];
const WINDOWS = [8, 16, 32, 64];

const button = (id: string) => byId<HTMLButtonElement>(id);
const settings = byId<HTMLFormElement>("settings");
const startForm = byId<HTMLFormElement>("start-form");
const from = startForm.elements.namedItem("from") as HTMLInputElement;

const lossChart = new Chart(byId("loss-chart"), {
  title: "squared error of training and held-out forecasts over steps, in units of the variance",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const skillChart = new Chart(byId("skill-chart"), {
  title: "skill on held-out values over steps",
  lines: [{ label: "skill", colour: "--series-3", width: 2.2, points: true }],
});
const rateChart = learningRateChart();
const smoother = new Smoother();
const forecast = new ForecastView();
const growth = new GrowthView();
const bars = new ErrorBars(byId("errors"));
const runs = new RunTable(byId("runs"), settings);
const charts = [lossChart, skillChart, rateChart, forecast.chart, growth.chart];

let parameters = 0;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, (e) => {
  page.take(e);
  if (e.event === "done" && e.skill !== undefined && e.steps >= page.end) showScores(page.log.evaluations.at(-1), e);
});
const sweep = new Sweep(() => page);

const page: TrainingPage = new TrainingPage({
  name: "forecast",
  unit: "windows",
  remote,
  source: modelSource,
  views: charts,
  create(values, resume) {
    const { background: _, every, ...rest } = values;
    return remote.create({ ...rest, evaluateEvery: every, ...(resume ? { resume } : {}) } as ForecastOptions);
  },
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => ({ ...metadataOf(checkpoint) }) as FormValues,
  clear() {
    smoother.reset();
    for (const chart of [lossChart, skillChart, rateChart]) chart.clear();
    for (const id of ["skill", "rmse"]) byId(id).textContent = "–";
  },
  async look() {
    const picture = await remote.picture(from.valueAsNumber);
    parameters = picture.parameters;
    forecast.show(picture);
    growth.show(picture);
    bars.show(picture);
  },
  entered(state) {
    sweep.entered(state);
    for (const id of ["depths", "windows"]) button(id).disabled = state !== "idle" || sweep.running;
  },
  table: () => page.log.table([["heldOutRmse", "testRmse"], "skill"]),
  onStep(e: StepEvent) {
    lossChart.push(e.step, e.loss, smoother.next(e.step, e.loss), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation(e: EvalEvent) {
    lossChart.push(e.step, null, null, e.testLoss);
    skillChart.push(e.step, e.skill!);
    showScores(e);
    const values = readForm(settings);
    if (values && e.step === page.end) runs.add({ settings: values, parameters, rmse: e.testRmse!, skill: e.skill! });
  },
});

function showScores(watched?: TaskScores, test?: TaskScores): void {
  byId("skill").textContent = scoreText(watched?.skill?.toFixed(3), test?.skill?.toFixed(3));
  const sigmas = (s?: TaskScores) => s && `${s.testRmse!.toFixed(3)} σ`;
  byId("rmse").textContent = scoreText(sigmas(watched), sigmas(test));
}

function trySettings(values: readonly FormValues[]): void {
  const ended = sweep.run(values).catch((error: unknown) => page.fail(error));
  void ended.then(() => {
    for (const id of ["depths", "windows"]) button(id).disabled = page.state !== "idle";
  });
}

mirrorInAddress(startForm, () => {});
from.addEventListener("input", () => void page.look());
button("depths").addEventListener("click", () => trySettings(DEPTHS.map((layers) => ({ layers }))));
button("windows").addEventListener("click", () => trySettings(WINDOWS.map((window) => ({ window }))));
page.start();
