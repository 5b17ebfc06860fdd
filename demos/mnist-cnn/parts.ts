import {
  Adam,
  type CapturedStep,
  ConfusionMatrix,
  type Conv2d,
  type Engine,
  Loader,
  manualSeed,
  type Optimizer,
  relu,
  type Sequential,
  SGD,
  softmax,
  softmaxCrossEntropy,
  type Tensor,
  type TrainEvent,
} from "../../src/index";
import type { Split } from "./data";
import { mnistCnn } from "./model";

export const CLASSES = 10;
/** Pictures that one prediction takes; fewer are padded with blanks. */
export const PREDICTION_BATCH = 32;
const EVALUATION_BATCH = 500;

/** What decides how the network is trained. */
export interface Settings {
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  readonly optimizer: "adam" | "sgd";
}

/** What a run is made of: the network, its data on the GPU, and four captured steps. */
export interface Parts {
  readonly splits: { train: Split; test: Split };
  readonly model: Sequential;
  readonly optimizer: Optimizer;
  readonly trainLoader: Loader;
  readonly testLoader: Loader;
  readonly confusion: ConfusionMatrix;
  readonly train: CapturedStep<never, "loss">;
  readonly evaluation: CapturedStep<never, "loss">;
  readonly prediction: CapturedStep<"x", "probabilities">;
  readonly features: CapturedStep<"x", "filters" | "maps">;
}

/** Makes the network and captures its steps, telling how many pipelines are ready. */
export async function buildParts(
  engine: Engine,
  splits: Parts["splits"],
  { batch, seed, optimizer: kind, lr }: Settings,
  on: (e: TrainEvent) => void,
): Promise<Parts> {
  manualSeed(seed);
  const model = mnistCnn();
  const parameters = model.parameters();
  const optimizer = kind === "adam" ? new Adam(parameters, { lr }) : new SGD(parameters, { lr, momentum: 0.9 });
  const trainLoader = new Loader(splits.train.dataset, { batch, shuffle: true, seed });
  const testLoader = new Loader(splits.test.dataset, { batch: EVALUATION_BATCH });
  const confusion = new ConfusionMatrix(CLASSES);
  const progress = compileProgress(on);
  const [train, evaluation, prediction, features] = await Promise.all([
    engine.capture({}, () => trainingStep(model, optimizer, trainLoader), progress("train")),
    engine.capture({}, () => evaluationStep(model, confusion, testLoader), progress("evaluation")),
    engine.capture(
      { x: [PREDICTION_BATCH, 1, 28, 28] },
      ({ x }) => ({ probabilities: softmax(model.forward(x)) }),
      progress("prediction"),
    ),
    engine.capture({ x: [1, 1, 28, 28] }, ({ x }) => firstLayer(model, x), progress("features")),
  ]);
  return { splits, model, optimizer, trainLoader, testLoader, confusion, train, evaluation, prediction, features };
}

/** The pipelines of all steps as one count. */
function compileProgress(on: (e: TrainEvent) => void) {
  const counts = new Map<string, [done: number, total: number]>();
  return (step: string) => ({
    onCompile(done: number, total: number) {
      counts.set(step, [done, total]);
      const sum = (i: 0 | 1) => [...counts.values()].reduce((n, c) => n + c[i], 0);
      on({ event: "compile", done: sum(0), total: sum(1) });
    },
  });
}

function trainingStep(model: Sequential, optimizer: Optimizer, loader: Loader) {
  const { x, labels } = loader.next();
  const loss = softmaxCrossEntropy(model.forward(x), labels);
  optimizer.step(loss);
  return { loss };
}

function evaluationStep(model: Sequential, confusion: ConfusionMatrix, loader: Loader) {
  const { x, labels } = loader.next();
  const logits = model.forward(x);
  confusion.add(logits, labels);
  return { loss: softmaxCrossEntropy(logits, labels, { reduction: "sum" }) };
}

function firstLayer(model: Sequential, x: Tensor) {
  const [[, conv]] = model.children() as [[string, Conv2d]];
  return { filters: conv.weight, maps: relu(conv.forward(x)) };
}
