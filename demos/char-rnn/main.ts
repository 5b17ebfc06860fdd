import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, Smoother } from "../shared/charts";
import { acceptFiles, byId, download, pauseWhileHidden, showAlert, toCsv } from "../shared/dom";
import { type FormValues, mirrorInAddress, readForm } from "../shared/form";
import { showHood } from "../shared/hood";
import { progress } from "../shared/progress";
import { connect, type Remote, RemoteError } from "../shared/remote";
import { SampleList } from "../shared/text";
import { themeButton } from "../shared/theme";
import type { CharRnnOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import { Prompt } from "./prompt";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { GradientView, UnitView } from "./views";

/** A network for a GPU that is not a CPU in disguise. */
const LARGE: FormValues = { cell: "lstm", layers: 2, hidden: 512, length: 128, batch: 64, lr: 0.003, steps: 1000 };

type State = "loading" | "idle" | "training" | "failed";

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);
const bitsOf = (nats: number) => nats / Math.LN2;

const lossChart = new Chart(byId("loss-chart"), {
  title: "bits per character of training and held-out text over steps",
  height: 250,
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const rateChart = new Chart(byId("lr-chart"), {
  title: "learning rate over steps",
  height: 140,
  lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
});
const smoother = new Smoother();
const samples = new SampleList(byId("samples"));
const units = new UnitView();
const gradients = new GradientView();
const charts = [lossChart, rateChart, gradients.chart];

let state: State = "loading";
let steps: StepEvent[] = [];
let evaluations: EvalEvent[] = [];
let passage = 0;
let looking: Promise<void> | undefined;
let lookAgain = false;
/** Networks made so far. */
let made = 0;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote: Remote<WorkerMethods> = connect<WorkerMethods, WorkerEvent>(worker, onEvent);
const prompt = new Prompt(remote, fail);

function enter(next: State): void {
  state = next;
  document.body.dataset.state = next;
  const busy = next === "loading" || next === "failed";
  button("train").textContent = next === "training" ? "Pause" : "Train";
  for (const id of ["train", "save", "reset", "slow", "passage"]) button(id).disabled = busy;
  button("reset").disabled = next === "loading";
  button("step").disabled = next !== "idle";
  button("csv").disabled = steps.length === 0;
  prompt.ready(!busy);
}

function onEvent(e: WorkerEvent): void {
  if (e.event === "compile") progress.compiling(e);
  else if (e.event === "step") onStep(e);
  else if (e.event === "sample") {
    if (e.start) samples.start(`step ${e.step}`);
    samples.add(e.piece);
  } else if (e.event === "eval") onEvaluation(e);
  else if (e.event === "done") byId("bits").textContent = `${showBits(e.bitsPerCharacter)} at the end`;
  else if (e.event === "continuation") prompt.add(e.piece);
  else if (e.event === "lost") fail(`${e.reason}\nPress Reset to start anew.`);
}

const showBits = (bits = Number.NaN) => (Number.isNaN(bits) ? "–" : bits.toFixed(3));

function onStep(e: StepEvent): void {
  steps.push(e);
  const bits = bitsOf(e.loss);
  lossChart.push(e.step, bits, smoother.next(bits), null);
  rateChart.push(e.step, e.learningRate);
  progress.training(e, "characters");
  document.body.dataset.step = String(e.step);
  button("csv").disabled = false;
}

function onEvaluation(e: EvalEvent): void {
  evaluations.push(e);
  lossChart.push(e.step, null, null, e.bitsPerCharacter ?? null);
  byId("bits").textContent = showBits(e.bitsPerCharacter);
  samples.caption(`step ${e.step} · ${showBits(e.bitsPerCharacter)} bits per character`);
  void look();
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

function options(values: FormValues): CharRnnOptions {
  const { background: _, every, ...rest } = values;
  return { ...rest, evaluateEvery: every as number } as CharRnnOptions;
}

/** Makes the network anew, or from a checkpoint. */
async function create(resume?: Uint8Array): Promise<void> {
  const values = readForm(settings);
  if (!values) return;
  showAlert("");
  enter("loading");
  made++;
  progress.reset();
  progress.say("loading the book …");
  try {
    const url = new URL("../data/moby-dick.txt", location.href).href;
    const given = { ...options(values), ...(resume ? { resume } : {}) };
    const step = await remote.create(given, url, prompt.temperature);
    [steps, evaluations] = [[], []];
    smoother.reset();
    samples.clear();
    gradients.clear();
    units.clear();
    for (const chart of charts) chart.clear();
    byId("bits").textContent = "–";
    document.body.dataset.step = String(step);
    progress.reset();
    progress.say(step ? `at step ${step}, from the checkpoint` : "ready");
    enter("idle");
    await look();
    if (byId<HTMLDetailsElement>("hood-details").open) await openHood();
  } catch (error) {
    fail(error);
  }
}

/** Takes a checkpoint's settings into the form, then goes on from it. */
async function load(file: File): Promise<void> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    fill(await remote.settingsOf(bytes));
    await create(bytes);
  } catch (error) {
    fail(error);
  }
}

function fill(values: Partial<Record<string, string | number | boolean>>): void {
  for (const [name, value] of Object.entries(values)) {
    const control = settings.elements.namedItem(name);
    if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = String(value);
  }
  // The address follows; the form itself has no name, so nothing is made anew by this.
  settings.dispatchEvent(new Event("change"));
}

async function train(): Promise<void> {
  showAlert("");
  enter("training");
  try {
    const step = await remote.train();
    const ended = step >= (steps.at(-1)?.steps ?? Number.POSITIVE_INFINITY);
    if (state === "training") enter("idle");
    progress.say(ended ? `finished after ${step} steps` : `paused at step ${step}`);
    await look();
  } catch (error) {
    fail(error);
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

/** Looks at units and gradients; while one look is under way, at most one more waits. */
function look(): Promise<void> {
  lookAgain = true;
  looking ??= keepLooking().finally(() => {
    looking = undefined;
  });
  return looking;
}

async function keepLooking(): Promise<void> {
  while (lookAgain) {
    lookAgain = false;
    const network = made;
    if (state === "loading" || state === "failed") return;
    try {
      const reading = await remote.read(passage);
      const norms = await remote.gradientNorms();
      if (network !== made) continue;
      units.show(reading);
      gradients.show(norms);
    } catch (error) {
      // A look at a network that has been replaced meanwhile ends with it.
      if (network === made) fail(error);
    }
  }
}

async function openHood(): Promise<void> {
  if (state === "loading" || state === "failed") return;
  showHood(await remote.underTheHood());
}

async function save(): Promise<void> {
  download("char-rnn.safetensors", (await remote.checkpoint()) as Uint8Array<ArrayBuffer>);
}

function exportCsv(): void {
  const held = new Map(evaluations.map((e) => [e.step, e]));
  const rows = steps.map((s) => {
    const e = held.get(s.step);
    return [
      s.step,
      s.epoch,
      s.loss,
      s.learningRate,
      e?.testLoss ?? "",
      e?.bitsPerCharacter ?? "",
      e?.testAccuracy ?? "",
    ];
  });
  const columns = ["step", "epoch", "loss", "learningRate", "heldOutLoss", "bitsPerCharacter", "accuracy"];
  download("char-rnn.csv", toCsv(columns, rows), "text/csv");
}

function wire(): void {
  byId("theme").append(themeButton(() => charts.map((c) => c.redraw())));
  byId("model-source").textContent = modelSource;
  mirrorInAddress(settings, (name) => {
    if (name && name !== "background") void create();
  });
  button("train").addEventListener("click", () => (state === "training" ? void remote.pause() : void train()));
  button("step").addEventListener("click", () => void oneStep());
  button("reset").addEventListener("click", () => void create());
  button("csv").addEventListener("click", exportCsv);
  button("save").addEventListener("click", () => void save().catch(fail));
  button("large").addEventListener("click", () => {
    fill(LARGE);
    void create();
  });
  button("passage").addEventListener("click", () => {
    passage++;
    void look();
  });
  acceptFiles(byId<HTMLInputElement>("load"), (file) => void load(file));
  byId("hood-details").addEventListener("toggle", () => void openHood().catch(fail));
  pauseWhileHidden(
    () => state === "training" && readForm(settings)?.background !== true,
    () => remote.pause(),
    train,
  );
}

wire();
enter("loading");
if (navigator.gpu) void create();
else fail("This browser has no WebGPU. Use Chrome or Edge 113 or newer.");
