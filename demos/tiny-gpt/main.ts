import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import type { FormValues } from "../shared/form";
import { TrainingPage } from "../shared/page";
import { progress } from "../shared/progress";
import { connect } from "../shared/remote";
import { scoreText } from "../shared/scores";
import modelSource from "./model.ts?raw";
import { storedSettings } from "./options";
import { offerPresets, optionsOf, showEstimate, showPreset } from "./panel";
import type { Made, WorkerEvent, WorkerMethods } from "./protocol";
import { AttentionView, showLens } from "./views";
import { Writing } from "./writing";
import { Writings } from "./writings";

/** Milliseconds between two looks into the network while it trains. */
const LOOK_EVERY = 3000;

const button = (id: string) => byId<HTMLButtonElement>(id);
const bits = (v: number) => v.toFixed(3);
const along = "tokens";

const bitsChart = new Chart(byId("bits-chart"), {
  title: "bits per character of training and held-out text over tokens seen",
  along,
  lines: [
    { label: "training, smoothed", colour: "--series-1", width: 2.2, format: bits },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4], format: bits },
  ],
});
const lossChart = new Chart(byId("loss-chart"), {
  title: "training loss in nats per token over tokens seen",
  along,
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
  ],
});
const rateChart = new Chart(byId("lr-chart"), {
  title: "learning rate over tokens seen",
  along,
  lines: [{ label: "learning rate", colour: "--series-1", format: (v) => v.toExponential(2) }],
});
const paceChart = new Chart(byId("pace-chart"), {
  title: "tokens per second over tokens seen",
  along,
  lines: [{ label: "tokens/s", colour: "--series-3", format: (v) => String(Math.round(v)) }],
});
const charts = [bitsChart, lossChart, rateChart, paceChart];
const smoother = new Smoother(0.9);
const attention = new AttentionView(byId("maps"));
const samples = new Writings(byId("samples"), 50);

let made: Made | undefined;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, onEvent);
const writing = new Writing(
  remote,
  (error) => page.fail(error),
  () => `after ${document.body.dataset.step ?? 0} steps`,
);

const page = new TrainingPage({
  name: "tiny-gpt",
  remote,
  source: modelSource,
  views: [...charts, attention],
  needNetwork: ["write"],
  lookEvery: LOOK_EVERY,
  create,
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => storedSettings(checkpoint) as unknown as FormValues,
  clear() {
    smoother.reset();
    for (const chart of charts) chart.clear();
    writing.clear();
    samples.clear("One at each evaluation.");
    byId("bits").textContent = "–";
  },
  async look() {
    const seen = await remote.look(byId<HTMLInputElement>("probe").value);
    attention.show(seen);
    showLens(byId("lens"), seen);
  },
  entered(state) {
    button("pace").disabled = state !== "idle";
  },
  trains: () => void writing.babble(() => page.state === "training").catch((error: unknown) => page.fail(error)),
  table,
  onStep,
  onEvaluation(e: EvalEvent) {
    const { bitsPerCharacter = Number.NaN, sample = "" } = e;
    bitsChart.push(tokensAt(e.step), null, bitsPerCharacter);
    byId("bits").textContent = scoreText(bits(bitsPerCharacter));
    samples.begin(`after ${e.step} steps, ${bits(bitsPerCharacter)} bits per character`, "");
    samples.add(sample);
  },
});

function onEvent(e: WorkerEvent): void {
  page.take(e);
  if (e.event === "text") writing.take(e);
  else if (e.event === "note") progress.say(e.text);
  else if (e.event === "done" && e.bitsPerCharacter !== undefined && e.steps >= page.end) {
    const watched = page.log.evaluations.at(-1)?.bitsPerCharacter;
    byId("bits").textContent = scoreText(watched === undefined ? undefined : bits(watched), bits(e.bitsPerCharacter));
  }
}

const bitsOf = (nats: number): number => nats / Math.LN2 / (made?.estimate.charactersPerToken ?? 1);
const tokensAt = (step: number): number => step * (made?.estimate.tokens ?? 1);
const paceOf = (e: StepEvent): number => e.examplesPerSecond * (made?.settings.length ?? 1);

function onStep(e: StepEvent): void {
  const smooth = smoother.next(e.step, e.loss);
  const at = tokensAt(e.step);
  bitsChart.push(at, bitsOf(smooth), null);
  lossChart.push(at, e.loss, smooth);
  rateChart.push(at, e.learningRate);
  paceChart.push(at, paceOf(e));
  if (made) showEstimate(made.estimate, e.steps, made.settings.batch / e.examplesPerSecond);
}

async function create(values: FormValues, resume?: Uint8Array): Promise<number> {
  showPreset(values);
  made = await remote.create(optionsOf(values, resume), new URL("../data/", location.href).href);
  showEstimate(made.estimate, values.steps as number);
  return made.step;
}

async function measurePace(): Promise<void> {
  button("pace").disabled = true;
  try {
    const { cached, plain } = await remote.pace();
    byId("pace-text").textContent =
      `${cached.toFixed(0)} tokens/s with the cache, ${plain.toFixed(0)} without: ${(cached / plain).toFixed(1)} times`;
  } catch (error) {
    page.fail(error);
  } finally {
    button("pace").disabled = page.state !== "idle";
  }
}

function table() {
  const rows = page.log.perStep((s, { testLoss = "", bitsPerCharacter = "" }) => [
    s.step,
    tokensAt(s.step),
    s.loss,
    s.learningRate,
    paceOf(s),
    testLoss,
    bitsPerCharacter,
  ]);
  const columns = ["step", "tokens", "loss", "learningRate", "tokensPerSecond", "testLoss", "bitsPerCharacter"];
  return { columns, rows };
}

offerPresets((some) => page.use(some));
button("pace").addEventListener("click", () => void measurePace());
byId("probe").addEventListener("input", () => void page.look());
new ResizeObserver(() => attention.redraw()).observe(byId("maps"));
page.start();
