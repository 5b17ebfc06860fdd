import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, learningRateChart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import type { FormValues } from "../shared/form";
import { TrainingPage } from "../shared/page";
import { connect } from "../shared/remote";
import { scoreText } from "../shared/scores";
import { SampleList } from "../shared/text";
import type { CharRnnOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import { Prompt } from "./prompt";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { metadataOf } from "./settings";
import { GradientView, UnitView } from "./views";

/** A network for a GPU that is not a CPU in disguise. */
const LARGE: FormValues = { cell: "lstm", layers: 2, hidden: 512, length: 128, batch: 64, lr: 0.003, steps: 1000 };

const button = (id: string) => byId<HTMLButtonElement>(id);
const bitsOf = (nats: number) => nats / Math.LN2;

const lossChart = new Chart(byId("loss-chart"), {
  title: "bits per character of training and held-out text over steps",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const rateChart = learningRateChart();
const smoother = new Smoother();
const samples = new SampleList(byId("samples"));
const units = new UnitView();
const gradients = new GradientView();
const charts = [lossChart, rateChart, gradients.chart];

let passage = 0;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, onEvent);
const prompt = new Prompt(remote, (error) => page.fail(error));

const page = new TrainingPage({
  name: "char-rnn",
  unit: "characters",
  remote,
  source: modelSource,
  views: charts,
  needNetwork: ["slow", "passage"],
  create,
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => metadataOf(checkpoint) as FormValues,
  clear,
  async look() {
    const [reading, norms] = [await remote.read(passage), await remote.gradientNorms()];
    units.show(reading);
    gradients.show(norms);
  },
  entered: (state) => prompt.ready(state === "idle" || state === "training"),
  table: () => page.log.table([["heldOutLoss", "testLoss"], "bitsPerCharacter", ["accuracy", "testAccuracy"]]),
  onStep(e: StepEvent) {
    const bits = bitsOf(e.loss);
    lossChart.push(e.step, bits, smoother.next(e.step, bits), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation(e: EvalEvent) {
    lossChart.push(e.step, null, null, e.bitsPerCharacter ?? null);
    byId("bits").textContent = scoreText(showBits(e.bitsPerCharacter));
    samples.caption(`step ${e.step} · ${showBits(e.bitsPerCharacter)} bits per character`);
  },
});

function onEvent(e: WorkerEvent): void {
  page.take(e);
  if (e.event === "sample") {
    if (e.start) samples.start(`step ${e.step}`);
    samples.add(e.piece);
  } else if (e.event === "done" && e.steps >= page.end) {
    const watched = page.log.evaluations.at(-1);
    byId("bits").textContent = scoreText(watched && showBits(watched.bitsPerCharacter), showBits(e.bitsPerCharacter));
  } else if (e.event === "continuation") prompt.add(e.piece);
}

const showBits = (bits = Number.NaN) => (Number.isNaN(bits) ? "–" : bits.toFixed(3));

function create(values: FormValues, resume?: Uint8Array): Promise<number> {
  const { background: _, every, ...rest } = values;
  const options = { ...rest, evaluateEvery: every, ...(resume ? { resume } : {}) } as CharRnnOptions;
  return remote.create(options, new URL("../data/moby-dick.txt", location.href).href, prompt.temperature);
}

function clear(): void {
  smoother.reset();
  samples.clear();
  gradients.clear();
  units.clear();
  for (const chart of charts) chart.clear();
  byId("bits").textContent = "–";
}

button("large").addEventListener("click", () => page.use(LARGE));
button("passage").addEventListener("click", () => {
  passage++;
  void page.look();
});
page.start();
