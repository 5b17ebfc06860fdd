import type { EvalEvent, StepEvent } from "../../src/index";
import { Chart, learningRateChart, Smoother } from "../shared/charts";
import { byId } from "../shared/dom";
import { type FormValues, mirrorInAddress } from "../shared/form";
import { MatrixView } from "../shared/matrix";
import { TrainingPage } from "../shared/page";
import { connect, RemoteError } from "../shared/remote";
import { scoreText } from "../shared/scores";
import { CORPUS, TAG_NAMES } from "./data";
import type { JudgedEvent, TaggerOptions } from "./experiment";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { wordsOf } from "./sentence";
import { storedSettings } from "./settings";
import { ContextView, percent, SentenceView, showClasses, showExamples, showSummary } from "./views";

/** A network for a GPU that is not a CPU in disguise. */
const LARGE: FormValues = { width: 128, hidden: 256, layers: 2, batch: 2048, lr: 0.002, steps: 2500 };
/** Milliseconds between two looks at what the network makes of the sentences, while it trains. */
const LOOK_EVERY = 2000;
const EXAMPLES = 6;

const lossChart = new Chart(byId("loss-chart"), {
  title: "loss of training and held-out words over steps",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const rateChart = learningRateChart();
const share = (v: number) => percent(v, 2);
const accuracyChart = new Chart(byId("accuracy-chart"), {
  title: "share of held-out words tagged right over steps: all, unknown ones, and without a network",
  percent: true,
  lines: [
    { label: "all", colour: "--series-1", points: true, width: 2.2, format: share },
    { label: "unknown", colour: "--series-2", points: true, dash: [6, 4], format: share },
    { label: "no network", colour: "--ink-soft", dash: [2, 4], format: share },
  ],
});
const charts = [lossChart, rateChart, accuracyChart];
const smoother = new Smoother();
const confusion = new MatrixView(byId("confusion"), TAG_NAMES, {
  what: "the right tag",
  cell: (count, total) => (count ? (count / total < 0.005 ? "·" : String(Math.round((100 * count) / total))) : ""),
});
const form = byId<HTMLFormElement>("try-form");
const input = byId<HTMLInputElement>("sentence");
const contexts = new ContextView();
const sentence = new SentenceView((at) => {
  chosen = { at, text: input.value };
  void page.look();
});

/** The word that the visitor has chosen, of this text. */
let chosen: { at: number; text: string } | undefined;
let shownExamples = 0;
let watched: Parameters<typeof showSummary>[0];

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, (e) => {
  page.take(e);
  if (e.event === "judged") onJudged(e);
});

const page = new TrainingPage({
  name: "tagger",
  unit: "words",
  remote,
  source: modelSource,
  views: charts,
  needNetwork: ["others"],
  lookEvery: LOOK_EVERY,
  create,
  checkpoint: () => remote.checkpoint(),
  settingsOf(checkpoint) {
    const { step: _, ...settings } = storedSettings(checkpoint);
    return { ...settings } as FormValues;
  },
  clear,
  look,
  table: () =>
    page.log.table([["heldOutLoss", "testLoss"], ["accuracy", "testAccuracy"], "unknownAccuracy", "macroF1"]),
  onStep(e: StepEvent) {
    lossChart.push(e.step, e.loss, smoother.next(e.step, e.loss), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation,
});

function create(values: FormValues, resume?: Uint8Array): Promise<number> {
  const { background: _, every, ...rest } = values;
  const options = { ...rest, evaluateEvery: every, ...(resume ? { resume } : {}) } as TaggerOptions;
  return remote.create(options, new URL(`../data/${CORPUS}`, location.href).href);
}

function clear(): void {
  smoother.reset();
  for (const chart of charts) chart.clear();
  confusion.clear();
  watched = undefined;
  showSummary();
  showClasses();
  byId("accuracy").textContent = "–";
}

function onEvaluation(e: EvalEvent): void {
  const { testAccuracy: accuracy = 0, unknownAccuracy = 0, baselineAccuracy = 0, macroF1 = 0 } = e;
  watched = { accuracy, unknownAccuracy, baselineAccuracy, macroF1 };
  lossChart.push(e.step, null, null, e.testLoss);
  accuracyChart.push(e.step, accuracy, unknownAccuracy, baselineAccuracy);
  byId("accuracy").textContent = scoreText(percent(accuracy, 2));
  showSummary(watched);
  showCounts(e.confusion ?? [], `the sentences that it is watched by, step ${e.step}`);
}

/** The run has reached its end: from now on the test sentences count. */
function onJudged(e: JudgedEvent): void {
  byId("accuracy").textContent = scoreText(watched && percent(watched.accuracy, 2), percent(e.accuracy, 2));
  showSummary(watched, e);
  const unknown = `${e.unknownWords.toLocaleString("en")} of them unknown`;
  showCounts(e.confusion, `the test sentences: ${e.words.toLocaleString("en")} words, ${unknown}`);
}

function showCounts(counts: number[][], of: string): void {
  confusion.show(counts);
  showClasses(counts, of);
}

/** Shows what the network makes of the visitor's sentence and of held-out ones. */
async function look(): Promise<void> {
  const text = input.value;
  try {
    const at = chosen?.text === text ? chosen.at : undefined;
    const { tagged, at: shown, contexts: seen } = await remote.lookInto(text, at);
    sentence.show(tagged, shown);
    contexts.show(tagged.words[shown]!, seen);
  } catch (error) {
    // A sentence that cannot be read is the visitor's to change; anything else stops the page.
    if (!(error instanceof RemoteError && error.name === "DataError")) throw error;
    sentence.clear(text.trim() ? error.message.replace(/^sentence: /, "") : "Type a sentence.");
    contexts.clear();
  }
  showExamples(await remote.examples(shownExamples, EXAMPLES));
}

showSummary();
showClasses();
mirrorInAddress(form, () => {});
sentence.prepare(wordsOf(input.value, () => false));
contexts.prepare(wordsOf(input.value, () => false)[0] ?? "–");
input.addEventListener("input", () => void page.look());
for (const button of byId("suggestions").querySelectorAll("button"))
  button.addEventListener("click", () => {
    input.value = button.textContent!;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    void page.look();
  });
byId("others").addEventListener("click", () => {
  shownExamples++;
  void page.look();
});
byId<HTMLButtonElement>("large").addEventListener("click", () => page.use(LARGE));
page.start();
