import {
  Adam,
  AdamW,
  bceWithLogits,
  type CapturedStep,
  cast,
  columnStatistics,
  type Engine,
  equal,
  greater,
  Loader,
  Module,
  manualSeed,
  mean,
  noDecay,
  type Optimizer,
  RMSprop,
  reshape,
  type Sequential,
  SGD,
  type Statistics,
  sigmoid,
  standardize,
  TabularDataset,
  type Tensor,
  tensor,
  trainDevTestSplit,
  transpose,
} from "../../src/index";
import { COUNT, choose, type DataKind, makePoints, type Points } from "./data";
import { type Activation, type Feature, playgroundModel } from "./model";

export type OptimizerKind = "sgd" | "momentum" | "rmsprop" | "adam" | "adamw";

/** What decides a run. */
export interface PlaygroundOptions {
  readonly data: DataKind;
  readonly noise: number;
  /** Of the points, to learn from. */
  readonly trainShare: number;
  readonly features: readonly Feature[];
  /** Of the hidden layers. */
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly optimizer: OptimizerKind;
  readonly lr: number;
  readonly l2: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
}

/** Points along each side of the grid that the decision surface is computed on, and what of the plane it shows: ±REACH. */
export const GRID = 61;
export const REACH = 1.1;
/** Hidden units are shown on every third point of the grid. */
export const UNIT_GRID = 21;

export interface Parts {
  readonly train: Points;
  readonly test: Points;
  readonly model: Sequential;
  readonly batch: number;
  readonly loader: Loader<{ x: Tensor; labels: Tensor }>;
  readonly optimizer: Optimizer;
  readonly training: CapturedStep<never, "loss">;
  readonly measuring: CapturedStep<never, "trainLoss" | "testLoss" | "trainAccuracy" | "testAccuracy">;
  readonly picturing: CapturedStep<never, string>;
}

const OPTIMIZERS: Record<OptimizerKind, (model: Sequential, lr: number, weightDecay: number) => Optimizer> = {
  sgd: (model, lr, weightDecay) => new SGD(noDecay(model), { lr, weightDecay }),
  momentum: (model, lr, weightDecay) => new SGD(noDecay(model), { lr, weightDecay, momentum: 0.9 }),
  rmsprop: (model, lr, weightDecay) => new RMSprop(noDecay(model), { lr, weightDecay }),
  adam: (model, lr, weightDecay) => new Adam(noDecay(model), { lr, weightDecay }),
  adamw: (model, lr, weightDecay) => new AdamW(noDecay(model), { lr, weightDecay }),
};

/** Makes points, network and three captured steps: one learns, one measures, one draws. */
export async function buildParts(
  engine: Engine,
  options: PlaygroundOptions,
  onCompile: (done: number, total: number) => void,
): Promise<Parts> {
  const { data, noise, trainShare, seed } = options;
  const points = await makePoints(engine, data, noise, seed);
  const split = trainDevTestSplit(COUNT, { shares: [trainShare, 0, 1 - trainShare], seed });
  const [train, test] = [choose(points, split.train), choose(points, split.test)];
  const batch = Math.min(options.batch, train.labels.length);
  const dataset = new TabularDataset({ features: train.xy, width: 2, labels: train.labels });
  const loader = new Loader(dataset, { batch, shuffle: true, seed });
  const statistics = columnStatistics(train.xy, 2);
  manualSeed(seed);
  const model = playgroundModel(options.features, options.widths, options.activation);
  const optimizer = OPTIMIZERS[options.optimizer](model, options.lr, options.l2);
  const counts = new Map<number, [number, number]>();
  const progress = (step: number) => (done: number, total: number) => {
    counts.set(step, [done, total]);
    const sum = (i: 0 | 1) => [...counts.values()].reduce((n, c) => n + c[i], 0);
    onCompile(sum(0), sum(1));
  };
  const [training, measuring, picturing] = await Promise.all([
    engine.capture(
      {},
      () => {
        const { x, labels } = loader.next();
        const loss = bceWithLogits(model.forward(standardize(x, statistics)), labels);
        optimizer.step(loss);
        return { loss };
      },
      { onCompile: progress(0) },
    ),
    engine.capture({}, () => measures(model, statistics, dataset, test), { onCompile: progress(1) }),
    engine.capture({}, () => picture(model, statistics), { onCompile: progress(2) }),
  ]);
  return { train, test, model, batch, loader, optimizer, training, measuring, picturing };
}

/** Loss and share of right answers, of all points to learn from and of all held out. */
function measures(model: Sequential, statistics: Statistics, train: TabularDataset, test: Points) {
  const measure = (x: Tensor, labels: Tensor) => {
    const logits = model.forward(standardize(x, statistics));
    const right = equal(greater(logits, 0), greater(labels, 0.5));
    return [bceWithLogits(logits, labels), mean(cast(right, "f32"))] as const;
  };
  const count = test.labels.length;
  const [trainLoss, trainAccuracy] = measure(train.features, train.labels);
  const [testLoss, testAccuracy] = measure(tensor(test.xy, [count, 2]), tensor(test.labels, [count, 1]));
  return { trainLoss, trainAccuracy, testLoss, testAccuracy };
}

/** The probability of orange all over the plane, and what each hidden unit says there (`hidden0`, … [width, places]). */
function picture(model: Sequential, statistics: Statistics): Record<string, Tensor> {
  const { xy, coarse } = gridPoints();
  const surface = sigmoid(model.forward(standardize(tensor(xy, [GRID * GRID, 2]), statistics)));
  const hidden: Record<string, Tensor> = {};
  let h = standardize(tensor(coarse, [UNIT_GRID * UNIT_GRID, 2]), statistics);
  model.layers.slice(0, -1).forEach((layer, i) => {
    h = layer instanceof Module ? layer.forward(h) : layer(h);
    if (i > 0 && i % 2 === 0) hidden[`hidden${i / 2 - 1}`] = transpose(h, 0, 1);
  });
  return { surface: reshape(surface, [-1]), ...hidden };
}

/** The places of both grids, row by row from the top. */
function gridPoints() {
  const places = (side: number) =>
    Float32Array.from({ length: 2 * side * side }, (_, i) => {
      const [row, column] = [Math.floor(i / 2 / side), (i >> 1) % side];
      return REACH * (i % 2 === 0 ? (2 * column) / (side - 1) - 1 : 1 - (2 * row) / (side - 1));
    });
  return { xy: places(GRID), coarse: places(UNIT_GRID) };
}
