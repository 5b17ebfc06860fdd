import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, learningRateChart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import type { FormValues } from "../shared/form";
import { MatrixView } from "../shared/matrix";
import { TrainingPage } from "../shared/page";
import { connect } from "../shared/remote";
import { DrawingPad } from "./drawing";
import type { Digits, MnistCnnOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { metadataOf, USUAL_RATES } from "./settings";
import { DigitStrip, FeatureView, ProbabilityBars } from "./views";

const EVALUATE_EVERY = 200;
const STRIP = 16;
/** Milliseconds between two looks at what the network makes of drawing and digits, while it trains. */
const LOOK_EVERY = 1000;

const button = (id: string) => byId<HTMLButtonElement>(id);
const { elements } = byId<HTMLFormElement>("settings");
const optimizer = elements.namedItem("optimizer") as HTMLSelectElement;
const rate = elements.namedItem("lr") as HTMLInputElement;
const percent = (v: number) => `${(100 * v).toFixed(2)} %`;

const lossChart = new Chart(byId("loss-chart"), {
  title: "training and held-out loss over steps",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const accuracyChart = new Chart(byId("accuracy-chart"), {
  title: "accuracy on held-out digits over steps",
  percent: true,
  lines: [{ label: "held-out", colour: "--series-3", points: true, format: percent }],
});
const rateChart = learningRateChart();
const charts = [lossChart, accuracyChart, rateChart];
const smoother = new Smoother();
const confusion = new MatrixView(byId("confusion"), "0123456789".split(""));
const bars = new ProbabilityBars(byId("probabilities"));
const strip = new DigitStrip(byId("digits"));
const features = new FeatureView();
const pad = new DrawingPad(byId<HTMLCanvasElement>("drawing"), () => void page.look());

/** What the strip shows, and what it shows unless asked for mistakes. */
let digits: Digits | undefined;
let usual: Digits | undefined;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, (e) => {
  page.take(e);
});

const page = new TrainingPage({
  name: "mnist-cnn",
  remote,
  source: modelSource,
  views: charts,
  needNetwork: ["random", "mistakes"],
  lookEvery: LOOK_EVERY,
  create,
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => metadataOf(checkpoint) as FormValues,
  clear() {
    smoother.reset();
    for (const chart of charts) chart.clear();
    confusion.clear();
    byId("accuracy").textContent = "–";
    showDigits(usual);
  },
  look,
  table: () => page.log.table(["testLoss", "testAccuracy"]),
  onStep(e: StepEvent) {
    lossChart.push(e.step, e.loss, smoother.next(e.step, e.loss), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation(e: EvalEvent) {
    const { testAccuracy = Number.NaN, confusion: counts = [] } = e;
    lossChart.push(e.step, null, null, e.testLoss);
    accuracyChart.push(e.step, testAccuracy);
    byId("accuracy").textContent = percent(testAccuracy);
    confusion.show(counts);
  },
});

async function create(values: FormValues, resume?: Uint8Array): Promise<number> {
  const { background: _, ...options } = values;
  const given = { ...options, evaluateEvery: EVALUATE_EVERY, ...(resume ? { resume } : {}) } as MnistCnnOptions;
  const step = await remote.create(given, new URL("../data/mnist/", location.href).href);
  usual ??= await remote.testDigits(STRIP);
  return step;
}

function showDigits(shown: Digits | undefined, status = ""): void {
  digits = shown;
  if (shown) strip.fill(shown.pixels, shown.labels);
  byId("digits-status").textContent = status;
  button("mistakes").textContent = digits === usual ? "Find mistakes" : "The usual digits";
}

/** Shows digits that the network gets wrong as it is now; how they are read is seen while it trains on. */
async function findMistakes(): Promise<void> {
  button("mistakes").disabled = true;
  byId("digits-status").textContent = "reading …";
  const { read, of, ...found } = await remote.mistakes(STRIP).finally(() => {
    button("mistakes").disabled = false;
  });
  const count = found.labels.length;
  const among = read < of ? `the first ${read} of ${of}` : `all ${of}`;
  showDigits(found, `${count || "No"} mistake${count === 1 ? "" : "s"} among ${among} held-out digits`);
  await page.look();
}

/** Shows what the network makes of the drawing and of the digits. */
async function look(): Promise<void> {
  const pixels = pad.pixels();
  features.show(await remote.featureMaps(pixels));
  if (pixels.some((p) => p > 0)) bars.show(await remote.predict(pixels, 1));
  else bars.clear("The drawing area is empty.");
  if (!digits) return;
  // What an untrained network takes them for is nobody's mistake.
  if (document.body.dataset.step === "0" && digits === usual) strip.clear();
  else strip.show(await remote.predict(digits.pixels, digits.labels.length));
}

// A rate that the visitor has set stays.
optimizer.addEventListener("change", () => {
  const [chosen, other] = optimizer.value === "adam" ? (["adam", "sgd"] as const) : (["sgd", "adam"] as const);
  if (rate.valueAsNumber === USUAL_RATES[other]) rate.value = String(USUAL_RATES[chosen]);
});
button("clear").addEventListener("click", () => {
  pad.clear();
  void page.look();
});
button("random").addEventListener("click", () => {
  const at = crypto.getRandomValues(new Uint32Array(1))[0]! % STRIP;
  if (usual) pad.show(usual.pixels.subarray(784 * at, 784 * (at + 1)));
  void page.look();
});
button("mistakes").addEventListener("click", () => {
  if (digits === usual) void findMistakes().catch((e) => page.fail(e));
  else {
    showDigits(usual);
    void page.look();
  }
});
page.start();
