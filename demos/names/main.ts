import { bitsPerCharacter, type EvalEvent, type StepEvent, type TaskScores } from "../../src/index";
import { Chart, type LineSpec, learningRateChart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import { type FormValues, mirrorInAddress } from "../shared/form";
import { MatrixView } from "../shared/matrix";
import { TrainingPage } from "../shared/page";
import { connect, RemoteError } from "../shared/remote";
import { scoreText } from "../shared/scores";
import type { MeasureEvent, NamesOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { metadataOf } from "./settings";
import { AtlasView, InventionList, LetterView } from "./views";

/** Milliseconds between two looks at the typed name and the map, while it trains. */
const LOOK_EVERY = 700;

const button = (id: string) => byId<HTMLButtonElement>(id);
const percent = (v: number) => `${(100 * v).toFixed(1)} %`;
const seenAndHeld = (format?: (v: number) => string): LineSpec[] => [
  { label: "learnt from", colour: "--series-1", width: 2.2, points: true, ...(format && { format }) },
  { label: "held out", colour: "--series-2", width: 2.2, points: true, dash: [6, 4], ...(format && { format }) },
];

const accuracyChart = new Chart(byId("accuracy-chart"), {
  title: "share of the names whose kind the reader finds, over steps",
  percent: true,
  lines: seenAndHeld(percent),
});
const bitsChart = new Chart(byId("bits-chart"), {
  title: "bits per letter of the writer, over steps",
  lines: seenAndHeld(),
});
const lossChart = new Chart(byId("loss-chart"), {
  title: "loss of both networks together over steps",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const rateChart = learningRateChart();
const charts = [accuracyChart, bitsChart, lossChart, rateChart];
const smoother = new Smoother();
const confusion = new MatrixView(byId("confusion"), ["girls", "boys"], { what: "what the list says" });
const letters = new LetterView();
const samples = new InventionList(byId("samples"));
const atlas = new AtlasView();

const tryName = byId<HTMLFormElement>("name-form");
const tryWriter = byId<HTMLFormElement>("invent-form");
const input = (form: HTMLFormElement, name: string) => form.elements.namedItem(name) as HTMLInputElement;
const nameInput = input(tryName, "name");
const temperature = input(tryWriter, "temperature");

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, onEvent);

const page = new TrainingPage({
  name: "names",
  unit: "names",
  remote,
  source: modelSource,
  views: charts,
  needNetwork: ["invent"],
  lookEvery: LOOK_EVERY,
  create(values, resume) {
    const { background: _, every, ...rest } = values;
    const options = { ...rest, evaluateEvery: every, ...(resume ? { resume } : {}) } as NamesOptions;
    return remote.create(options, new URL("../data/", location.href).href, temperature.valueAsNumber);
  },
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => ({ ...metadataOf(checkpoint) }) as FormValues,
  clear() {
    smoother.reset();
    samples.clear();
    confusion.clear();
    for (const chart of charts) chart.clear();
    for (const id of ["accuracy", "bits"]) byId(id).textContent = "–";
  },
  async look() {
    await readName();
    atlas.show(await remote.map());
  },
  table: () =>
    page.log.table([
      ["heldOutLoss", "testLoss"],
      ["accuracy", "testAccuracy"],
      "macroF1",
      ["bitsPerLetter", "bitsPerCharacter"],
    ]),
  onStep(e: StepEvent) {
    lossChart.push(e.step, e.loss, smoother.next(e.step, e.loss), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation(e: EvalEvent) {
    lossChart.push(e.step, null, null, e.testLoss);
    showScores(e);
  },
});

function onEvent(e: WorkerEvent): void {
  page.take(e);
  if (e.event === "measure") onMeasure(e);
  else if (e.event === "done" && e.testAccuracy !== undefined && e.steps >= page.end)
    showScores(page.log.evaluations.at(-1), e);
}

function onMeasure({ step, seen, held, invented }: MeasureEvent): void {
  accuracyChart.push(step, seen.accuracy, held.accuracy);
  bitsChart.push(step, bitsPerCharacter(seen.writingLoss), bitsPerCharacter(held.writingLoss));
  samples.add(invented, `step ${step}`);
}

function showScores(watched?: TaskScores, test?: TaskScores): void {
  const accuracy = (s?: TaskScores) => s && percent(s.testAccuracy!);
  byId("accuracy").textContent = scoreText(accuracy(watched), accuracy(test));
  byId("bits").textContent = scoreText(watched?.bitsPerCharacter?.toFixed(3), test?.bitsPerCharacter?.toFixed(3));
  confusion.show((test ?? watched)!.confusion!);
}

/** What the reader thinks of the name in the box; a name that it cannot read is the visitor's to change. */
async function readName(): Promise<void> {
  try {
    letters.show(await remote.read(nameInput.value));
  } catch (error) {
    letters.clear(plainSentence(error));
  }
}

async function invent(): Promise<void> {
  const beginning = input(tryWriter, "begin").value;
  try {
    const invented = await remote.invent(beginning);
    samples.add(invented, `at ${temperature.valueAsNumber.toFixed(2)}, step ${document.body.dataset.step}`);
    byId("invent-status").textContent = "";
  } catch (error) {
    byId("invent-status").textContent = plainSentence(error);
  }
}

/** @throws what is not the visitor's to change */
function plainSentence(error: unknown): string {
  if (!(error instanceof RemoteError && error.name === "DataError")) throw error;
  const text = error.message.replace(/^name: /, "");
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

const showTemperature = () => {
  byId("temperature-value").textContent = temperature.valueAsNumber.toFixed(2);
};
for (const form of [tryName, tryWriter]) mirrorInAddress(form, () => {});
nameInput.addEventListener("input", () => void page.look());
temperature.addEventListener("input", () => {
  showTemperature();
  if (page.state === "idle" || page.state === "training")
    remote.setTemperature(temperature.valueAsNumber).catch((error: unknown) => page.fail(error));
});
tryWriter.addEventListener("submit", () => {
  if (!button("invent").disabled) void invent().catch((error: unknown) => page.fail(error));
});
showTemperature();
page.start();
