import {
  AdamW,
  type CapturedStep,
  createGenerator,
  type Engine,
  type Generator,
  manualSeed,
  noDecay,
  softmaxCrossEntropy,
  TokenDataset,
  WindowLoader,
} from "../../src/index";
import { compileProgress, type Listener } from "../shared/run";
import type { Corpus, Stretch } from "./data";
import { Generation } from "./generation";
import { Inspection } from "./inspection";
import { TinyGpt } from "./model";
import type { Settings } from "./settings";

/** Tokens of an evaluation's batch. */
const EVALUATION_TOKENS = 2048;

/** A held-out stretch, read in order, with the step that adds up its loss. */
export interface HeldOut {
  readonly stretch: Stretch;
  readonly loader: WindowLoader;
  readonly step: CapturedStep<never, "loss">;
}

/** What a run is made of: the network, its data on the GPU, and the captured steps. */
export interface Parts {
  readonly corpus: Corpus;
  readonly model: TinyGpt;
  readonly optimizer: AdamW;
  readonly loader: WindowLoader;
  /** Of dropout. */
  readonly generator: Generator;
  readonly train: CapturedStep<never, "loss">;
  readonly dev: HeldOut;
  readonly test: HeldOut;
  readonly generation: Generation;
  readonly inspection: Inspection;
}

/** Makes the network and captures its steps, telling how many pipelines are ready. */
export async function buildParts(engine: Engine, corpus: Corpus, settings: Settings, on: Listener): Promise<Parts> {
  const { batch, seed, length, lr } = settings;
  manualSeed(seed);
  const generator = createGenerator(seed);
  const model = new TinyGpt({ ...settings, vocabulary: corpus.tokenizer.size, generator });
  const optimizer = new AdamW(noDecay(model), { lr, betas: [0.9, 0.99], weightDecay: 0.1, clipNorm: 1 });
  // Any place may begin a window: a short text gives as many windows as it has tokens.
  const { size } = corpus.tokenizer;
  const dataset = (tokens: Int32Array) => new TokenDataset({ tokens, size });
  const loader = new WindowLoader(dataset(corpus.train), { batch, length, shuffle: true, stride: 1, seed });
  const progress = compileProgress(on);
  const train = await engine.capture({}, () => trainingStep(model, optimizer, loader), progress("train"));
  model.eval();
  const heldOut = async (stretch: Stretch, name: string): Promise<HeldOut> => {
    const read = new WindowLoader(dataset(stretch.tokens), { batch: Math.ceil(EVALUATION_TOKENS / length), length });
    const step = await engine.capture({}, () => evaluationStep(model, read), progress(name));
    return { stretch, loader: read, step };
  };
  const [dev, test, generation, inspection] = await Promise.all([
    heldOut(corpus.dev, "dev"),
    heldOut(corpus.test, "test"),
    Generation.create(engine, model, progress),
    Inspection.create(engine, model, progress),
  ]);
  return { corpus, model, optimizer, loader, generator, train, dev, test, generation, inspection };
}

function trainingStep(model: TinyGpt, optimizer: AdamW, loader: WindowLoader) {
  const { ids, labels } = loader.next();
  const loss = softmaxCrossEntropy(model.forward(ids), labels);
  optimizer.step(loss);
  return { loss };
}

function evaluationStep(model: TinyGpt, loader: WindowLoader) {
  const { ids, labels } = loader.next();
  return { loss: softmaxCrossEntropy(model.forward(ids), labels, { reduction: "sum" }) };
}
