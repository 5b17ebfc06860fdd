import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, Smoother } from "../shared/charts";
import { acceptFiles, byId, download, pauseWhileHidden, showAlert, toCsv } from "../shared/dom";
import { type FormValues, mirrorInAddress, readForm } from "../shared/form";
import { showHood } from "../shared/hood";
import { MatrixView } from "../shared/matrix";
import { progress } from "../shared/progress";
import { connect, type Remote, RemoteError } from "../shared/remote";
import { themeButton } from "../shared/theme";
import { DrawingPad } from "./drawing";
import type { MnistCnnOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { DigitStrip, FeatureView, ProbabilityBars } from "./views";

const EVALUATE_EVERY = 200;
const STRIP = 16;
/** Milliseconds between two looks at what the network makes of drawing and digits, while it trains. */
const LOOK_EVERY = 1000;

type State = "loading" | "idle" | "training" | "failed";

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);
const percent = (v: number) => `${(100 * v).toFixed(2)} %`;

const lossChart = new Chart(byId("loss-chart"), {
  title: "training and held-out loss over steps",
  height: 330,
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const accuracyChart = new Chart(byId("accuracy-chart"), {
  title: "accuracy on held-out digits over steps",
  height: 140,
  lines: [{ label: "held-out", colour: "--series-3", points: true, format: percent }],
});
const rateChart = new Chart(byId("lr-chart"), {
  title: "learning rate over steps",
  height: 120,
  lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
});
const charts = [lossChart, accuracyChart, rateChart];
const smoother = new Smoother();
const confusion = new MatrixView(byId("confusion"), "0123456789".split(""));
const bars = new ProbabilityBars(byId("probabilities"));
const strip = new DigitStrip(byId("digits"));
const features = new FeatureView();
const pad = new DrawingPad(byId<HTMLCanvasElement>("drawing"), () => void look());

let state: State = "loading";
let steps: StepEvent[] = [];
let evaluations: EvalEvent[] = [];
let digits: { pixels: Float32Array; labels: Uint8Array } | undefined;
let looking = false;
let lookAgain = false;
let drawn = false;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote: Remote<WorkerMethods> = connect<WorkerMethods, WorkerEvent>(worker, onEvent);

function enter(next: State): void {
  state = next;
  document.body.dataset.state = next;
  const busy = next === "loading" || next === "failed";
  button("train").textContent = next === "training" ? "Pause" : "Train";
  for (const id of ["train", "random", "save", "reset"]) button(id).disabled = busy;
  button("reset").disabled = next === "loading";
  button("step").disabled = next !== "idle";
  button("csv").disabled = steps.length === 0;
}

function onEvent(e: WorkerEvent): void {
  if (e.event === "compile") progress.compiling(e);
  else if (e.event === "step") onStep(e);
  else if (e.event === "eval") onEvaluation(e);
  else if (e.event === "lost") fail(`${e.reason}\nPress Reset to start anew.`);
}

function onStep(e: StepEvent): void {
  steps.push(e);
  lossChart.push(e.step, e.loss, smoother.next(e.loss), null);
  rateChart.push(e.step, e.learningRate);
  progress.training(e);
  document.body.dataset.step = String(e.step);
  button("csv").disabled = false;
}

function onEvaluation(e: EvalEvent): void {
  const { testAccuracy = Number.NaN, confusion: counts = [] } = e;
  evaluations.push(e);
  lossChart.push(e.step, null, null, e.testLoss);
  accuracyChart.push(e.step, testAccuracy);
  byId("accuracy").textContent = percent(testAccuracy);
  confusion.show(counts);
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const fileTrouble = error instanceof RemoteError && error.name === "CheckpointError";
  showAlert(fileTrouble ? `This file cannot be loaded: ${text}` : text);
  const { step } = document.body.dataset;
  if (fileTrouble && step !== undefined) {
    enter("idle");
    progress.say(`still at step ${step}`);
  } else {
    enter("failed");
    progress.say("stopped");
  }
}

const options = (values: FormValues): MnistCnnOptions => ({
  optimizer: values.optimizer as "adam" | "sgd",
  lr: values.lr as number,
  batch: values.batch as number,
  steps: values.steps as number,
  seed: values.seed as number,
  evaluateEvery: EVALUATE_EVERY,
});

/** Makes the network anew, or from a checkpoint. */
async function create(resume?: Uint8Array): Promise<void> {
  const values = readForm(settings);
  if (!values) return;
  showAlert("");
  enter("loading");
  progress.reset();
  progress.say("loading the digits …");
  try {
    const base = new URL("../data/mnist/", location.href).href;
    const step = await remote.create({ ...options(values), ...(resume ? { resume } : {}) }, base);
    [steps, evaluations] = [[], []];
    smoother.reset();
    for (const chart of charts) chart.clear();
    confusion.clear();
    byId("accuracy").textContent = "–";
    document.body.dataset.step = String(step);
    progress.say(step ? `at step ${step}, from the checkpoint` : "ready");
    if (!digits) {
      digits = await remote.testDigits(STRIP);
      strip.fill(digits.pixels, digits.labels);
    }
    enter("idle");
    await look();
    if (byId<HTMLDetailsElement>("hood-details").open) await openHood();
  } catch (error) {
    fail(error);
  }
}

async function train(): Promise<void> {
  showAlert("");
  enter("training");
  const looks = setInterval(() => void look(), LOOK_EVERY);
  try {
    const step = await remote.train();
    const ended = step >= (steps.at(-1)?.steps ?? Number.POSITIVE_INFINITY);
    if (state === "training") enter("idle");
    progress.say(ended ? `finished after ${step} steps` : `paused at step ${step}`);
    await look();
  } catch (error) {
    fail(error);
  } finally {
    clearInterval(looks);
  }
}

async function oneStep(): Promise<void> {
  enter("training");
  try {
    const step = await remote.step();
    enter("idle");
    progress.say(`paused at step ${step}`);
    await look();
  } catch (error) {
    fail(error);
  }
}

/** Asks what the network makes of the drawing and of the digits; while one look is under way, at most one more waits. */
async function look(): Promise<void> {
  if (state === "loading" || state === "failed") return;
  lookAgain = true;
  if (looking) return;
  looking = true;
  try {
    while (lookAgain) {
      lookAgain = false;
      const pixels = pad.pixels();
      drawn = pixels.some((p) => p > 0);
      features.show(await remote.featureMaps(pixels));
      if (drawn) bars.show(await remote.predict(pixels, 1));
      else bars.clear("The drawing area is empty.");
      if (digits) strip.show(await remote.predict(digits.pixels, digits.labels.length));
    }
  } catch (error) {
    fail(error);
  } finally {
    looking = false;
  }
}

async function openHood(): Promise<void> {
  if (state === "loading" || state === "failed") return;
  showHood(await remote.underTheHood());
}

function exportCsv(): void {
  const held = new Map(evaluations.map((e) => [e.step, e]));
  const rows = steps.map((s) => {
    const e = held.get(s.step);
    return [s.step, s.epoch, s.loss, s.learningRate, e?.testLoss ?? "", e?.testAccuracy ?? ""];
  });
  const columns = ["step", "epoch", "loss", "learningRate", "testLoss", "testAccuracy"];
  download("mnist-cnn.csv", toCsv(columns, rows), "text/csv");
}

function wire(): void {
  byId("theme").append(themeButton(() => charts.map((c) => c.redraw())));
  byId("model-source").textContent = modelSource;
  mirrorInAddress(settings, (name) => {
    if (name !== "hidden") void create();
  });
  button("train").addEventListener("click", () => (state === "training" ? void remote.pause() : void train()));
  button("step").addEventListener("click", () => void oneStep());
  button("reset").addEventListener("click", () => void create());
  button("csv").addEventListener("click", exportCsv);
  button("save").addEventListener("click", async () => {
    download("mnist-cnn.safetensors", (await remote.checkpoint()) as Uint8Array<ArrayBuffer>);
  });
  button("clear").addEventListener("click", () => {
    pad.clear();
    void look();
  });
  button("random").addEventListener("click", () => {
    const at = crypto.getRandomValues(new Uint32Array(1))[0]! % STRIP;
    if (digits) pad.show(digits.pixels.subarray(784 * at, 784 * (at + 1)));
    void look();
  });
  acceptFiles(byId<HTMLInputElement>("load"), async (file) => void create(new Uint8Array(await file.arrayBuffer())));
  byId("hood-details").addEventListener("toggle", () => void openHood().catch(fail));
  pauseWhileHidden(
    () => state === "training" && readForm(settings)?.hidden !== true,
    () => remote.pause(),
    train,
  );
}

wire();
enter("loading");
if (navigator.gpu) void create();
else fail("This browser has no WebGPU. Use Chrome or Edge 113 or newer.");
