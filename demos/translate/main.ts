import type { EvalEvent, StepEvent, TaskScores } from "../../src/index";
import { Chart, learningRateChart, Smoother } from "../shared/charts";
import { byId, element } from "../shared/dom";
import type { FormValues } from "../shared/form";
import { TrainingPage } from "../shared/page";
import { connect } from "../shared/remote";
import { scoreText } from "../shared/scores";
import modelSource from "./model.ts?raw";
import type { WorkerEvent, WorkerMethods } from "./protocol";
import { MODELS, type ModelName, type Settings, storedSettings, type TranslateOptions } from "./settings";
import { TryIt } from "./tryIt";
import { showExamples } from "./views";

/** What the networks are called in a sentence. */
const NAMES: Readonly<Record<ModelName, string>> = {
  seq2seq: "LSTMs alone (seq2seq)",
  attention: "LSTMs with attention",
  transformer: "a transformer",
};

const percent = (v: number) => `${(100 * v).toFixed(1)} %`;

const scoreChart = new Chart(byId("score-chart"), {
  title: "exact match and BLEU of held-out pairs over steps",
  range: [0, 1],
  percent: true,
  lines: [
    { label: "exactly right", colour: "--series-3", width: 2.2, points: true, format: percent },
    { label: "BLEU", colour: "--series-2", points: true, dash: [6, 4], format: percent },
  ],
});
const lossChart = new Chart(byId("loss-chart"), {
  title: "training and held-out loss over steps",
  lines: [
    { label: "training", colour: "--faint", width: 1 },
    { label: "smoothed", colour: "--series-1", width: 2.2 },
    { label: "held-out", colour: "--series-2", points: true, dash: [6, 4] },
  ],
});
const rateChart = learningRateChart();
const charts = [scoreChart, lossChart, rateChart];
const smoother = new Smoother();
const nothing = [...byId("examples").childNodes];

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const remote = connect<WorkerMethods, WorkerEvent>(worker, onEvent);
const tryIt = new TryIt(remote, () => void page.look());

const page = new TrainingPage({
  name: "translate",
  unit: "pairs",
  remote,
  source: modelSource,
  views: [...charts, tryIt.alignment],
  needNetwork: ["translate"],
  create,
  checkpoint: () => remote.checkpoint(),
  settingsOf: (checkpoint) => storedSettings(checkpoint) as unknown as FormValues,
  clear() {
    smoother.reset();
    for (const chart of charts) chart.clear();
    for (const id of ["exact", "right"]) byId(id).textContent = "–";
    byId("examples").replaceChildren(...nothing);
  },
  look: () => tryIt.translate(),
  table: () => page.log.table([["heldOutLoss", "testLoss"], "exactMatch", "bleu"]),
  onStep(e: StepEvent) {
    lossChart.push(e.step, e.loss, smoother.next(e.step, e.loss), null);
    rateChart.push(e.step, e.learningRate);
  },
  onEvaluation(e: EvalEvent) {
    const { exactMatch = Number.NaN, bleu = Number.NaN } = e;
    lossChart.push(e.step, null, null, e.testLoss);
    scoreChart.push(e.step, exactMatch, bleu);
    byId("exact").textContent = scoreText(scores(e));
  },
});

const scores = ({ exactMatch = Number.NaN, bleu = Number.NaN }: TaskScores): string =>
  `${percent(exactMatch)} (BLEU ${(100 * bleu).toFixed(1)})`;

function onEvent(e: WorkerEvent): void {
  page.take(e);
  if (e.event === "translated") showExamples(e.list, e.step);
  else if (e.event === "done" && e.exactMatch !== undefined && e.steps >= page.end) {
    const watched = page.log.evaluations.at(-1);
    byId("exact").textContent = scoreText(watched && scores(watched), scores(e));
  }
}

async function create(values: FormValues, resume?: Uint8Array): Promise<number> {
  const { background: _, steps, every, ...rest } = values;
  const settings = rest as unknown as Settings;
  const options = { settings, steps, evaluateEvery: every, ...(resume ? { resume } : {}) } as TranslateOptions;
  offerOthers(settings.model);
  tryIt.use(settings.task, settings.model);
  return remote.create(options);
}

/** Links to the same run with the two other networks. */
function offerOthers(model: ModelName): void {
  const links = MODELS.filter((m) => m !== model).map((other) => {
    const query = new URLSearchParams(location.search);
    query.set("model", other);
    return element("a", { href: `?${query}` }, NAMES[other]);
  });
  byId("others").replaceChildren(links[0]!, " or ", links[1]!);
}

page.start();
