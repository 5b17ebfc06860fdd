import { CheckpointError, learningCurveReading, type StepEvent } from "../../src/index";
import { Chart, learningRateChart } from "../shared/charts";
import { byId } from "../shared/dom";
import { type FormValues, readForm } from "../shared/form";
import { checkpointOf } from "../shared/kept";
import { TrainingPage } from "../shared/page";
import { connect } from "../shared/remote";
import type { MeasureEvent, PlaygroundOptions } from "./experiment";
import { type Activation, FEATURES, type Feature } from "./model";
import modelSource from "./model.ts?raw";
import type { OptimizerKind } from "./parts";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { SurfaceView, UnitView } from "./views";

/** Of a network that knows nothing about two classes. */
const BASELINE = Math.LN2;
const WIDTHS = ["w1", "w2", "w3", "w4"];

const settings = byId<HTMLFormElement>("settings");
const input = (name: string) => settings.elements.namedItem(name) as HTMLInputElement;
const percent = (v: number) => `${(100 * v).toFixed(1)} %`;

const lossChart = new Chart(byId("loss-chart"), {
  title: "loss of all points to learn from and of those held out, over steps",
  lines: [
    { label: "training", colour: "--series-1", width: 2.2 },
    { label: "held out", colour: "--series-2", width: 2.2, dash: [6, 4] },
  ],
});
const accuracyChart = new Chart(byId("accuracy-chart"), {
  title: "share of right answers on points to learn from and on those held out, over steps",
  percent: true,
  lines: [
    { label: "training", colour: "--series-1", width: 2.2, format: percent },
    { label: "held out", colour: "--series-2", width: 2.2, dash: [6, 4], format: percent },
  ],
});
const rateChart = learningRateChart();
const charts = [lossChart, accuracyChart, rateChart];
const surface = new SurfaceView(byId<HTMLCanvasElement>("surface"), (at) => {
  byId("reading-at").textContent = at
    ? `x₁ = ${at.x.toFixed(2)}, x₂ = ${at.y.toFixed(2)}: orange with probability ${percent(at.p)}`
    : "Point at the plane, or use the arrow keys, to read it.";
});
const units = new UnitView(byId("units"));

let measures: MeasureEvent[] = [];

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, onEvent);

const page = new TrainingPage({
  name: "playground",
  remote,
  source: modelSource,
  views: [...charts, surface, units],
  async create(values, resume) {
    const { step, ...points } = await remote.create(options(values), resume);
    surface.setPoints(points);
    return step;
  },
  checkpoint: () => remote.checkpoint(JSON.stringify(readForm(settings) ?? {})),
  settingsOf,
  clear() {
    measures = [];
    for (const chart of charts) chart.clear();
    byId("verdict").firstElementChild!.textContent = "–";
    byId("verdict-text").textContent = "Bias and variance are read from the losses once it trains.";
  },
  goesOnBeyond: true,
  look: () => remote.look(),
  changed(name) {
    const live = (name === "lr" || name === "steps") && (page.state === "idle" || page.state === "training");
    const [lr, steps] = [input("lr"), input("steps")];
    if (live && lr.checkValidity() && steps.checkValidity())
      remote.adjust({ lr: lr.valueAsNumber, steps: steps.valueAsNumber }).catch((error: unknown) => page.fail(error));
    return live;
  },
  table() {
    const columns = ["step", "epoch", "trainLoss", "testLoss", "trainAccuracy", "testAccuracy"] as const;
    return { columns, rows: measures.map((m) => columns.map((c) => m[c])) };
  },
  onStep(e: StepEvent) {
    rateChart.push(e.step, e.learningRate);
  },
});

function onEvent(e: WorkerEvent): void {
  page.take(e);
  if (e.event === "measure") onMeasure(e);
  else if (e.event === "picture") {
    surface.show(e.surface);
    units.show(e.hidden);
  }
}

function onMeasure(e: MeasureEvent): void {
  document.body.dataset.step = String(e.step);
  document.body.dataset.measured = String(e.step);
  byId("train-accuracy").textContent = percent(e.trainAccuracy);
  byId("test-accuracy").textContent = percent(e.testAccuracy);
  if (measures.at(-1)?.step === e.step) return;
  measures.push(e);
  lossChart.push(e.step, e.trainLoss, e.testLoss);
  accuracyChart.push(e.step, e.trainAccuracy, e.testAccuracy);
  // The first steps say nothing of what a run will be worth.
  if (e.step > 0 && e.step >= input("steps").valueAsNumber / 10) showReading(e);
}

/** What the two losses mean, in plain words. */
function showReading({ trainLoss, testLoss }: MeasureEvent): void {
  const { verdict, text } = learningCurveReading(trainLoss, testLoss, { baseline: BASELINE });
  byId("verdict").firstElementChild!.textContent = verdict[0]!.toUpperCase() + verdict.slice(1);
  byId("verdict-text").textContent = text
    .replaceAll("dev", "held-out")
    .replace("hoped for 0.000", "and 0 would be perfect");
}

const options = (values: FormValues): PlaygroundOptions => ({
  data: values.data as PlaygroundOptions["data"],
  noise: Number(values.noise),
  trainShare: Number(values.train) / 100,
  features: (Object.keys(FEATURES) as Feature[]).filter((f) => values[f]),
  widths: WIDTHS.slice(0, Number(values.layers)).map((w) => values[w] as number),
  activation: values.activation as Activation,
  optimizer: values.optimizer as OptimizerKind,
  lr: values.lr as number,
  l2: values.l2 as number,
  batch: values.batch as number,
  steps: values.steps as number,
  seed: values.seed as number,
});

/** The settings that a checkpoint was made with. @throws CheckpointError */
function settingsOf(checkpoint: Uint8Array, file: string): FormValues {
  const { settings: kept } = checkpointOf("playground", checkpoint);
  try {
    return JSON.parse(kept ?? "") as FormValues;
  } catch {
    throw new CheckpointError(file, "its metadata are damaged");
  }
}

/** Makes the form say what belongs together: values beside sliders, as many widths as layers, one feature at least. */
function tidyForm(): void {
  (settings.elements.namedItem("noiseOut") as HTMLOutputElement).value = Number(input("noise").value).toFixed(2);
  (settings.elements.namedItem("trainOut") as HTMLOutputElement).value = `${input("train").value} %`;
  WIDTHS.forEach((name, i) => {
    const unused = i >= Number(input("layers").value);
    input(name).disabled = unused;
    input(name).parentElement!.classList.toggle("unused", unused);
  });
  const none = Object.keys(FEATURES).every((f) => !input(f).checked);
  input("x1").setCustomValidity(none ? "Choose at least one feature." : "");
}

settings.addEventListener("input", tidyForm);
page.start();
