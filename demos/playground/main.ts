import { CheckpointError, decodeSafetensors, learningCurveReading } from "../../src/index";
import { Chart } from "../shared/charts";
import { acceptFiles, byId, download, pauseWhileHidden, showAlert, toCsv } from "../shared/dom";
import { type FormValues, fillForm, mirrorInAddress, readForm } from "../shared/form";
import { showHood } from "../shared/hood";
import { progress } from "../shared/progress";
import { connect, type Remote } from "../shared/remote";
import { themeButton } from "../shared/theme";
import type { MeasureEvent, PlaygroundOptions } from "./experiment";
import { type Activation, FEATURES, type Feature } from "./model";
import modelSource from "./model.ts?raw";
import type { OptimizerKind } from "./parts";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { SurfaceView, UnitView } from "./views";

type State = "loading" | "idle" | "training" | "failed";

/** Of a network that knows nothing about two classes. */
const BASELINE = Math.LN2;
const WIDTHS = ["w1", "w2", "w3", "w4"];

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);
const input = (name: string) => settings.elements.namedItem(name) as HTMLInputElement;
const percent = (v: number) => `${(100 * v).toFixed(1)} %`;

const chart = new Chart(byId("loss-chart"), {
  title: "loss of all points to learn from and of those held out, over steps",
  height: 230,
  lines: [
    { label: "training", colour: "--series-1", width: 2.2 },
    { label: "held out", colour: "--series-2", width: 2.2, dash: [6, 4] },
  ],
});
const surface = new SurfaceView(byId<HTMLCanvasElement>("surface"), (at) => {
  byId("reading-at").textContent = at
    ? `x₁ = ${at.x.toFixed(2)}, x₂ = ${at.y.toFixed(2)}: orange with probability ${percent(at.p)}`
    : "Point at the plane, or use the arrow keys, to read it.";
});
const units = new UnitView(byId("units"));

let state: State = "loading";
let measures: MeasureEvent[] = [];
let making = false;
let makeAgain = false;
/** A checkpoint that the next network goes on from. */
let resume: Uint8Array | undefined;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote: Remote<WorkerMethods> = connect<WorkerMethods, WorkerEvent>(worker, onEvent);

function enter(next: State): void {
  state = next;
  document.body.dataset.state = next;
  button("train").textContent = next === "training" ? "Pause" : "Train";
  for (const id of ["train", "save"]) button(id).disabled = next === "loading" || next === "failed";
  button("reset").disabled = next === "loading";
  button("step").disabled = next !== "idle";
  button("csv").disabled = measures.length < 2;
}

function onEvent(e: WorkerEvent): void {
  if (e.event === "compile") progress.compiling(e);
  else if (e.event === "step") progress.training(e);
  else if (e.event === "measure") onMeasure(e);
  else if (e.event === "picture") {
    surface.show(e.surface);
    units.show(e.hidden);
  } else if (e.event === "lost") fail(`${e.reason}\nPress Reset to start anew.`);
}

function onMeasure(e: MeasureEvent): void {
  document.body.dataset.step = String(e.step);
  byId("train-accuracy").textContent = percent(e.trainAccuracy);
  byId("test-accuracy").textContent = percent(e.testAccuracy);
  if (measures.at(-1)?.step === e.step) return;
  measures.push(e);
  button("csv").disabled = measures.length < 2;
  chart.push(e.step, e.trainLoss, e.testLoss);
  if (e.step > 0) showReading(e);
}

/** What the two losses mean, in plain words. */
function showReading({ trainLoss, testLoss }: MeasureEvent): void {
  const { verdict, text } = learningCurveReading(trainLoss, testLoss, { baseline: BASELINE });
  byId("verdict").firstElementChild!.textContent = verdict[0]!.toUpperCase() + verdict.slice(1);
  byId("verdict-text").textContent = text.replaceAll("dev", "held-out");
}

function fail(error: unknown): void {
  showAlert(error instanceof Error ? error.message : String(error));
  enter("failed");
  progress.say("stopped");
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

/** Makes the network anew; a change that comes meanwhile makes it once more. */
async function create(): Promise<void> {
  makeAgain = true;
  if (making) return;
  making = true;
  while (makeAgain) {
    makeAgain = false;
    const values = readForm(settings);
    const from = resume;
    resume = undefined;
    if (values) await make(options(values), from);
  }
  making = false;
}

async function make(wanted: PlaygroundOptions, from?: Uint8Array): Promise<void> {
  showAlert("");
  enter("loading");
  progress.reset();
  progress.say("preparing …");
  measures = [];
  chart.clear();
  byId("verdict").firstElementChild!.textContent = "–";
  byId("verdict-text").textContent = "Bias and variance are read from the losses once it trains.";
  try {
    const { step, ...points } = await remote.create(wanted, from);
    surface.setPoints(points);
    progress.reset();
    progress.say(step ? `at step ${step}, from the checkpoint` : "ready");
    enter("idle");
    if (byId<HTMLDetailsElement>("hood-details").open) await openHood();
  } catch (error) {
    fail(error);
  }
}

async function train(): Promise<void> {
  enter("training");
  try {
    const step = await remote.train();
    if (state !== "training") return;
    enter("idle");
    progress.say(step >= input("steps").valueAsNumber ? `finished after ${step} steps` : `paused at step ${step}`);
  } catch (error) {
    if (state === "training") fail(error);
  }
}

async function oneStep(): Promise<void> {
  enter("training");
  try {
    const step = await remote.step();
    enter("idle");
    progress.say(`paused at step ${step}`);
  } catch (error) {
    fail(error);
  }
}

async function openHood(): Promise<void> {
  if (state === "loading" || state === "failed") return;
  showHood(await remote.underTheHood());
}

function exportCsv(): void {
  const columns = ["step", "epoch", "trainLoss", "testLoss", "trainAccuracy", "testAccuracy"] as const;
  const rows = measures.map((m) => columns.map((c) => m[c]));
  download("playground.csv", toCsv(columns, rows), "text/csv");
}

async function save(): Promise<void> {
  const values = readForm(settings);
  if (!values) return;
  const bytes = await remote.checkpoint(JSON.stringify(values));
  download("playground.safetensors", bytes as Uint8Array<ArrayBuffer>);
}

/** Goes on from a checkpoint, with the settings that it was made with. What cannot be loaded changes nothing. */
async function load(file: File): Promise<void> {
  showAlert("");
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { model, settings: kept } = decodeSafetensors(bytes, file.name).metadata;
    if (model !== "playground") throw new CheckpointError(file.name, "not one of playground");
    resume = bytes;
    if (!fillForm(settings, JSON.parse(kept ?? "") as FormValues))
      throw new CheckpointError(file.name, "its settings are not those of this page");
  } catch (error) {
    resume = undefined;
    showAlert(`This file cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function onSetting(name: string): void {
  if (name === "background") return;
  const live = (name === "lr" || name === "steps") && state !== "loading" && state !== "failed";
  if (!live) return void create();
  const [lr, steps] = [input("lr"), input("steps")];
  if (lr.checkValidity() && steps.checkValidity())
    void remote.adjust({ lr: lr.valueAsNumber, steps: steps.valueAsNumber }).catch(fail);
}

function wire(): void {
  const redraw = () => [chart, surface, units].map((view) => view.redraw());
  byId("theme").append(themeButton(redraw));
  byId("model-source").textContent = modelSource;
  settings.addEventListener("input", tidyForm);
  mirrorInAddress(settings, onSetting);
  tidyForm();
  button("train").addEventListener("click", () => (state === "training" ? void remote.pause() : void train()));
  button("step").addEventListener("click", () => void oneStep());
  button("reset").addEventListener("click", () => void create());
  button("csv").addEventListener("click", exportCsv);
  button("save").addEventListener("click", () => void save().catch(fail));
  acceptFiles(byId<HTMLInputElement>("load"), (file) => void load(file));
  byId("hood-details").addEventListener("toggle", () => void openHood().catch(fail));
  pauseWhileHidden(
    () => state === "training" && !input("background").checked,
    () => remote.pause(),
    train,
  );
}

wire();
enter("loading");
if (navigator.gpu) void create();
else fail("This browser has no WebGPU. Use Chrome or Edge 113 or newer.");
