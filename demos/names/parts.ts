import {
  AdamW,
  add,
  argMax,
  type CapturedStep,
  ConfusionMatrix,
  cast,
  createGenerator,
  type Engine,
  equal,
  type Generator,
  manualSeed,
  SequenceLoader,
  softmaxCrossEntropy,
  sum,
  type TrainEvent,
} from "../../src/index";
import { compileProgress } from "../shared/run";
import { type Labelled, type NameFields, type Names, nameDataset } from "./data";
import { Follower } from "./follower";
import { Inventor } from "./inventor";
import { KINDS, NameNetworks, type Sizes } from "./model";

/** What decides how the networks are made and trained. */
export interface Settings extends Sizes {
  /** Names a step. */
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
}

/** A captured step over names of which the networks are judged. */
export interface Evaluation {
  readonly loader: SequenceLoader<NameFields>;
  readonly confusion: ConfusionMatrix;
  /** Letters to guess, ends included. */
  readonly letters: number;
  readonly step: CapturedStep<never, "reading" | "writing" | "right">;
}

/** How well both networks do on some names. */
export interface Score {
  /** Share of the names whose kind is found, 0…1. */
  readonly accuracy: number;
  /** Mean cross-entropy of the kinds, in nats a name. */
  readonly readingLoss: number;
  /** Mean cross-entropy of the next letters, in nats a letter. */
  readonly writingLoss: number;
  /** `confusion[label][predicted]` counts. */
  readonly confusion: number[][];
}

/** What a run is made of: the networks, their names on the GPU, and captured steps. */
export interface Parts {
  readonly names: Names;
  readonly model: NameNetworks;
  readonly optimizer: AdamW;
  readonly loader: SequenceLoader<NameFields>;
  /** Of dropout. */
  readonly generator: Generator;
  readonly train: CapturedStep<never, "loss">;
  /** As many of the names learnt from as are held out. */
  readonly seen: Evaluation;
  readonly dev: Evaluation;
  readonly test: Evaluation;
  readonly follower: Follower;
  readonly inventor: Inventor;
}

const WEIGHT_DECAY = 0.05;
const CLIP_NORM = 1;
const EVALUATION_BATCH = 256;

/** Makes the networks and captures their steps, telling how many pipelines are ready. */
export async function buildParts(
  engine: Engine,
  names: Names,
  settings: Settings,
  on: (e: TrainEvent) => void,
): Promise<Parts> {
  const { batch, lr, seed } = settings;
  manualSeed(seed);
  const generator = createGenerator(seed);
  const model = new NameNetworks(settings, generator);
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay: WEIGHT_DECAY, clipNorm: CLIP_NORM });
  const loader = new SequenceLoader(nameDataset(names.train), { batch, shuffle: true, seed });
  const progress = compileProgress(on);
  // A step is recorded at once: only the first one drops.
  const training = engine.capture({}, () => trainingStep(model, optimizer, loader), progress("train"));
  model.eval();
  const judged = async (name: string, part: readonly Labelled[]): Promise<Evaluation> => {
    const held = new SequenceLoader(nameDataset(part), { batch: EVALUATION_BATCH });
    const confusion = new ConfusionMatrix(KINDS);
    const step = await engine.capture({}, () => evaluationStep(model, held, confusion), progress(name));
    return { loader: held, confusion, letters: part.reduce((n, p) => n + p.name.length + 1, 0), step };
  };
  const [train, seen, dev, test, follower, inventor] = await Promise.all([
    training,
    judged("seen", names.train.slice(0, names.dev.length)),
    judged("dev", names.dev),
    judged("test", names.test),
    Follower.create(engine, model.reader, names, progress),
    Inventor.create(engine, model.writer, settings, progress),
  ]);
  return { names, model, optimizer, loader, generator, train, seen, dev, test, follower, inventor };
}

/** Both networks learn in one step: their losses add up, and no weight is in both. */
export function trainingStep(model: NameNetworks, optimizer: AdamW, loader: SequenceLoader<NameFields>) {
  const { letters, kind, prompt, next } = loader.next();
  const reading = softmaxCrossEntropy(model.reader.forward(letters.ids, letters.lengths), kind.ids.squeeze(1));
  const writing = softmaxCrossEntropy(model.writer.forward(prompt.ids), next.ids);
  const loss = add(reading, writing);
  optimizer.step(loss);
  return { loss };
}

function evaluationStep(model: NameNetworks, loader: SequenceLoader<NameFields>, confusion: ConfusionMatrix) {
  const { letters, kind, prompt, next } = loader.next();
  const labels = kind.ids.squeeze(1);
  const logits = model.reader.forward(letters.ids, letters.lengths);
  confusion.add(logits, labels);
  return {
    reading: softmaxCrossEntropy(logits, labels, { reduction: "sum" }),
    writing: softmaxCrossEntropy(model.writer.forward(prompt.ids), next.ids, { reduction: "sum" }),
    right: sum(cast(equal(argMax(logits, -1), labels), "f32")),
  };
}

/** Goes through all the names once. */
export async function scoreOf(engine: Engine, { loader, confusion, letters, step }: Evaluation): Promise<Score> {
  engine.write(loader.position, Uint32Array.of(0, 0));
  engine.write(confusion.counts, new Uint32Array(KINDS * KINDS));
  await step.drain();
  for (let b = 0; b < loader.batches; b++) await step.run();
  const runs = await step.drain();
  const total = (name: "reading" | "writing" | "right") => runs.reduce((n, { values }) => n + values[name], 0);
  const counts = await engine.read(confusion.counts);
  const { count } = loader.dataset;
  return {
    accuracy: total("right") / count,
    readingLoss: total("reading") / count,
    writingLoss: total("writing") / letters,
    confusion: Array.from({ length: KINDS }, (_, row) => [...counts.slice(row * KINDS, (row + 1) * KINDS)]),
  };
}
