import {
  Adam,
  type CapturedStep,
  type Engine,
  manualSeed,
  type Optimizer,
  SequenceLoader,
  slice,
  softmaxCrossEntropy,
  type Tensor,
} from "../../src/index";
import { compileProgress, type Listener } from "../shared/run";
import { Language, type Pair, TASKS } from "./data";
import { GreedyDecoder } from "./decoder";
import { AttentiveSeq2Seq, Seq2Seq, type Sizes, Transformer, type Translator } from "./model";
import type { ModelName, Settings, TranslateOptions } from "./settings";

const HELD_OUT = { dev: 256, test: 2048 };
/** Sentences that are translated at once when the network is judged. */
const AT_ONCE = 256;

const NETWORKS: Readonly<Record<ModelName, new (sizes: Sizes) => Translator>> = {
  seq2seq: Seq2Seq,
  attention: AttentiveSeq2Seq,
  transformer: Transformer,
};

type Loader = SequenceLoader<"source" | "target">;

/** Held-out pairs, with the step that adds up their loss. */
export interface HeldOut {
  readonly pairs: readonly Pair[];
  readonly loader: Loader;
  readonly loss: CapturedStep<never, "loss">;
}

/** What a run is made of: the network, its pairs on the GPU, and captured steps. */
export interface Parts {
  readonly language: Language;
  readonly sizes: Sizes;
  readonly model: Translator;
  /** Whether the network looks at what it has read while it writes. */
  readonly attends: boolean;
  readonly optimizer: Optimizer;
  readonly loader: Loader;
  readonly train: CapturedStep<never, "loss">;
  readonly dev: HeldOut;
  readonly test: HeldOut;
  readonly greedy: GreedyDecoder;
}

/** Makes the network and captures its steps, telling how many pipelines are ready. */
export async function buildParts(
  engine: Engine,
  settings: Settings,
  { heldOut: counts = HELD_OUT }: Pick<TranslateOptions, "heldOut">,
  on: Listener,
): Promise<Parts> {
  const { seed, batch, lr } = settings;
  const language = new Language(TASKS[settings.task]);
  const sizes = sizesOf(language, settings);
  manualSeed(seed);
  const model = new NETWORKS[settings.model](sizes);
  const taught = { model, sizes, language };
  const optimizer = new Adam(model.parameters(), { lr, betas: [0.9, 0.98], clipNorm: 1 });
  const loader = new SequenceLoader(language.dataset(language.pairs(seed, "train", settings.pairs)), {
    batch,
    shuffle: true,
    seed,
  });
  const progress = compileProgress(on);
  const train = await engine.capture({}, () => trainingStep(taught, optimizer, loader), progress("train"));
  model.eval();
  const heldOut = async (part: "dev" | "test"): Promise<HeldOut> => {
    const pairs = language.pairs(seed, part, counts[part]);
    const read = new SequenceLoader(language.dataset(pairs), { batch: Math.min(AT_ONCE, pairs.length) });
    const loss = await engine.capture({}, () => lossStep(taught, read), progress(part));
    return { pairs, loader: read, loss };
  };
  const [dev, test, greedy] = await Promise.all([
    heldOut("dev"),
    heldOut("test"),
    GreedyDecoder.create(engine, model, sizes, Math.min(AT_ONCE, counts.test), language, progress),
  ]);
  return { language, sizes, model, attends: settings.model !== "seq2seq", optimizer, loader, train, dev, test, greedy };
}

const sizesOf = (language: Language, { layers, width, heads }: Settings): Sizes => ({
  source: language.source.size,
  target: language.target.size,
  sourceLength: language.task.sourceLength,
  targetLength: language.steps,
  layers,
  width,
  heads,
});

type Taught = Pick<Parts, "model" | "sizes" | "language">;

/** Teacher forcing: the network is given the right characters so far, whatever it would have written. */
function teach({ model, sizes, language }: Taught, loader: Loader, reduction: "mean" | "sum"): Tensor {
  const { source, target } = loader.next();
  const read = slice(source.ids, 1, 0, sizes.sourceLength);
  const written = slice(target.ids, 1, 0, sizes.targetLength);
  const labels = slice(target.ids, 1, 1, sizes.targetLength + 1);
  const logits = model.forward(read, source.lengths, written);
  return softmaxCrossEntropy(logits, labels, { ignoreIndex: language.pad, reduction });
}

function trainingStep(taught: Taught, optimizer: Optimizer, loader: Loader) {
  const loss = teach(taught, loader, "mean");
  optimizer.step(loss);
  return { loss };
}

const lossStep = (taught: Taught, loader: Loader) => ({ loss: teach(taught, loader, "sum") });
