import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, Smoother } from "../shared/charts";
import { acceptFiles, byId, download, pauseWhileHidden, showAlert, toCsv } from "../shared/dom";
import { mirrorInAddress, readForm } from "../shared/form";
import { showHood } from "../shared/hood";
import { progress } from "../shared/progress";
import { connect, type Remote, RemoteError } from "../shared/remote";
import { themeButton } from "../shared/theme";
import modelSource from "./model.ts?raw";
import { offerPresets, optionsOf, setFields, showEstimate, showPreset } from "./panel";
import type { Made, WorkerEvent, WorkerMethods } from "./protocol";
import { AttentionView, showLens } from "./views";
import { Writing } from "./writing";
import { Writings } from "./writings";

/** Milliseconds between two looks into the network while it trains. */
const LOOK_EVERY = 3000;

type State = "loading" | "idle" | "training" | "failed";

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);
const bits = (v: number) => v.toFixed(3);
const along = "tokens";

const bitsChart = new Chart(byId("bits-chart"), {
  title: "bits per character of training and held-out text over tokens seen",
  height: 230,
  along,
  lines: [
    { label: "training, smoothed", colour: "--series-1", width: 2.2, format: bits },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4], format: bits },
  ],
});
const lossChart = new Chart(byId("loss-chart"), {
  title: "training loss in nats per token over tokens seen",
  height: 190,
  along,
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
  ],
});
const rateChart = new Chart(byId("lr-chart"), {
  title: "learning rate over tokens seen",
  height: 130,
  along,
  lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
});
const paceChart = new Chart(byId("pace-chart"), {
  title: "tokens per second over tokens seen",
  height: 130,
  along,
  lines: [{ label: "tokens/s", colour: "--series-3", format: (v) => String(Math.round(v)) }],
});
const charts = [bitsChart, lossChart, rateChart, paceChart];
const smoother = new Smoother(0.9);
const attention = new AttentionView(byId("maps"));
const samples = new Writings(byId("samples"), 50);

let state: State = "loading";
let made: Made | undefined;
let steps: StepEvent[] = [];
let evaluations: EvalEvent[] = [];
let looking = false;
let lookAgain = false;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote: Remote<WorkerMethods> = connect<WorkerMethods, WorkerEvent>(worker, onEvent);
const writing = new Writing(remote, fail, () => `after ${document.body.dataset.step ?? 0} steps`);

function enter(next: State): void {
  state = next;
  document.body.dataset.state = next;
  const busy = next === "loading" || next === "failed";
  button("train").textContent = next === "training" ? "Pause" : "Train";
  for (const id of ["train", "write", "save"]) button(id).disabled = busy;
  button("reset").disabled = next === "loading";
  for (const id of ["step", "pace"]) button(id).disabled = next !== "idle";
  button("csv").disabled = steps.length === 0;
}

function onEvent(e: WorkerEvent): void {
  if (e.event === "compile") progress.compiling(e);
  else if (e.event === "step") onStep(e);
  else if (e.event === "eval") onEvaluation(e);
  else if (e.event === "text") writing.take(e);
  else if (e.event === "note") progress.say(e.text);
  else if (e.event === "done" && e.bitsPerCharacter !== undefined) byId("bits").textContent = bits(e.bitsPerCharacter);
  else if (e.event === "lost") fail(`${e.reason}\nPress Reset to start anew.`);
}

const bitsOf = (nats: number): number => nats / Math.LN2 / (made?.estimate.charactersPerToken ?? 1);
const tokensAt = (step: number): number => step * (made?.estimate.tokens ?? 1);
const paceOf = (e: StepEvent): number => e.examplesPerSecond * (made?.settings.length ?? 1);

function onStep(e: StepEvent): void {
  steps.push(e);
  const smooth = smoother.next(e.loss);
  const at = tokensAt(e.step);
  bitsChart.push(at, bitsOf(smooth), null);
  lossChart.push(at, e.loss, smooth);
  rateChart.push(at, e.learningRate);
  paceChart.push(at, paceOf(e));
  progress.training(e);
  document.body.dataset.step = String(e.step);
  button("csv").disabled = false;
  if (made) showEstimate(made.estimate, e.steps, made.settings.batch / e.examplesPerSecond);
}

function onEvaluation(e: EvalEvent): void {
  const { bitsPerCharacter = Number.NaN, sample = "" } = e;
  evaluations.push(e);
  bitsChart.push(tokensAt(e.step), null, bitsPerCharacter);
  byId("bits").textContent = bits(bitsPerCharacter);
  samples.begin(`after ${e.step} steps, ${bits(bitsPerCharacter)} bits per character`, "");
  samples.add(sample);
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const fileTrouble = error instanceof RemoteError && error.name === "CheckpointError";
  showAlert(fileTrouble ? `This file cannot be loaded: ${text}` : text);
  if (fileTrouble && made) {
    enter("idle");
    progress.say(`still at step ${document.body.dataset.step}`);
  } else {
    enter("failed");
    progress.say("stopped");
  }
}

/** Makes the network anew, or from a checkpoint. */
async function create(resume?: Uint8Array): Promise<void> {
  const values = readForm(settings);
  if (!values) return;
  showPreset(values);
  showAlert("");
  enter("loading");
  progress.reset();
  try {
    made = await remote.create(optionsOf(values, resume), new URL("../data/", location.href).href);
    if (resume) adopt();
    [steps, evaluations] = [[], []];
    smoother.reset();
    for (const chart of charts) chart.clear();
    writing.clear();
    samples.clear("One at each evaluation.");
    byId("bits").textContent = "–";
    document.body.dataset.step = String(made.step);
    showEstimate(made.estimate, values.steps as number);
    progress.reset();
    progress.say(made.step ? `at step ${made.step}, from the checkpoint` : "ready");
    enter("idle");
    await look();
    if (byId<HTMLDetailsElement>("hood-details").open) await openHood();
  } catch (error) {
    fail(error);
  }
}

let adopting = false;

/** Shows the settings that a checkpoint was made with. */
function adopt(): void {
  adopting = true;
  setFields(settings, made!.settings);
  settings.dispatchEvent(new Event("change"));
  adopting = false;
  showPreset(readForm(settings) ?? {});
}

async function train(): Promise<void> {
  showAlert("");
  enter("training");
  const looks = setInterval(() => void look(), LOOK_EVERY);
  void writing.babble(() => state === "training").catch(fail);
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

async function measurePace(): Promise<void> {
  button("pace").disabled = true;
  try {
    const { cached, plain } = await remote.pace();
    byId("pace-text").textContent =
      `${cached.toFixed(0)} tokens/s with the cache, ${plain.toFixed(0)} without: ${(cached / plain).toFixed(1)} times`;
  } catch (error) {
    fail(error);
  } finally {
    enter(state);
  }
}

/** Looks into the network; while one look is under way, at most one more waits. */
async function look(): Promise<void> {
  if (state === "loading" || state === "failed") return;
  lookAgain = true;
  if (looking) return;
  looking = true;
  try {
    while (lookAgain) {
      lookAgain = false;
      const seen = await remote.look(byId<HTMLInputElement>("probe").value);
      attention.show(seen);
      showLens(byId("lens"), seen);
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
    const measured = [e?.testLoss ?? "", e?.bitsPerCharacter ?? ""];
    return [s.step, tokensAt(s.step), s.loss, s.learningRate, paceOf(s), ...measured];
  });
  const columns = ["step", "tokens", "loss", "learningRate", "tokensPerSecond", "testLoss", "bitsPerCharacter"];
  download("tiny-gpt.csv", toCsv(columns, rows), "text/csv");
}

function wire(): void {
  const redraw = () => {
    for (const chart of charts) chart.redraw();
    attention.redraw();
  };
  byId("theme").append(themeButton(redraw));
  byId("model-source").textContent = modelSource;
  mirrorInAddress(settings, (name) => {
    if (name !== "hidden" && !adopting) void create();
  });
  offerPresets(settings, () => settings.dispatchEvent(new Event("change")));
  button("train").addEventListener("click", () => (state === "training" ? void remote.pause() : void train()));
  button("step").addEventListener("click", () => void oneStep());
  button("reset").addEventListener("click", () => void create());
  button("pace").addEventListener("click", () => void measurePace());
  button("csv").addEventListener("click", exportCsv);
  button("save").addEventListener("click", async () => {
    download("tiny-gpt.safetensors", (await remote.checkpoint()) as Uint8Array<ArrayBuffer>);
  });
  acceptFiles(byId<HTMLInputElement>("load"), async (file) => void create(new Uint8Array(await file.arrayBuffer())));
  byId("probe").addEventListener("input", () => void look());
  new ResizeObserver(() => attention.redraw()).observe(byId("maps"));
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
