import {
  Adam,
  argMax,
  type CapturedStep,
  cast,
  type Engine,
  equal,
  manualSeed,
  StreamLoader,
  softmaxCrossEntropy,
  sum,
  type TokenDataset,
  type TrainEvent,
} from "../../src/index";
import { compileProgress } from "../shared/run";
import type { Book } from "./data";
import { CarriedMemory } from "./memory";
import { CharRnn, type Sizes } from "./model";
import { Writer } from "./writer";

/** What decides how the network is made and trained. */
export interface Settings extends Sizes {
  /** Streams of text read side by side. */
  readonly batch: number;
  /** Characters of a chunk: how far back gradients reach. */
  readonly length: number;
  readonly lr: number;
  readonly seed: number;
}

/** A captured step over a stretch of held-out text. */
export interface Evaluation {
  readonly loader: StreamLoader;
  readonly step: CapturedStep<never, "loss" | "right">;
}

/** How well the network guesses a stretch of text. */
export interface Score {
  /** Mean cross-entropy in nats a character. */
  readonly loss: number;
  /** Share of the characters that are the likeliest one, 0…1. */
  readonly accuracy: number;
}

/** What a run is made of: the network, its text on the GPU, and captured steps. */
export interface Parts {
  readonly book: Book;
  readonly model: CharRnn;
  readonly optimizer: Adam;
  readonly loader: StreamLoader;
  readonly memory: CarriedMemory;
  readonly train: CapturedStep<never, "loss">;
  readonly dev: Evaluation;
  readonly test: Evaluation;
  readonly writer: Writer;
}

/** Gradients of a longer norm are scaled down to it: now and then one explodes on its way back through time. */
const CLIP_NORM = 1;
const EVALUATION = { batch: 32, length: 64, timeFirst: true, whole: true };

/** Makes the network and captures its steps, telling how many pipelines are ready. */
export async function buildParts(
  engine: Engine,
  book: Book,
  settings: Settings,
  on: (e: TrainEvent) => void,
): Promise<Parts> {
  const { batch, length, lr, seed } = settings;
  manualSeed(seed);
  const model = new CharRnn(book.tokenizer.size, settings);
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: CLIP_NORM });
  const loader = new StreamLoader(book.train, { batch, length, timeFirst: true });
  const memory = new CarriedMemory(settings, batch);
  const progress = compileProgress(on);
  const held = async (name: string, stretch: TokenDataset): Promise<Evaluation> => {
    const part = new StreamLoader(stretch, EVALUATION);
    const carried = new CarriedMemory(settings, EVALUATION.batch);
    return { loader: part, step: await engine.capture({}, () => evaluationStep(model, part, carried), progress(name)) };
  };
  const [train, dev, test, writer] = await Promise.all([
    engine.capture({}, () => trainingStep(model, optimizer, loader, memory), progress("train")),
    held("dev", book.dev),
    held("test", book.test),
    Writer.create(engine, model, book.tokenizer, settings, progress),
  ]);
  return { book, model, optimizer, loader, memory, train, dev, test, writer };
}

/** Truncated backpropagation through time: what is remembered carries on to the next chunk, gradients end at its start. */
export function trainingStep(model: CharRnn, optimizer: Adam, loader: StreamLoader, memory: CarriedMemory) {
  const { ids, labels, restart } = loader.next(); // [T, N]
  const { logits, memory: next } = model.run(ids, memory.recall(restart));
  const loss = softmaxCrossEntropy(logits, labels);
  optimizer.step(loss);
  memory.keep(next);
  return { loss };
}

function evaluationStep(model: CharRnn, loader: StreamLoader, memory: CarriedMemory) {
  const { ids, labels, restart } = loader.next();
  const { logits, memory: next } = model.run(ids, memory.recall(restart));
  memory.keep(next);
  const right = sum(cast(equal(argMax(logits, -1), labels), "f32"));
  return { loss: softmaxCrossEntropy(logits, labels, { reduction: "sum" }), right };
}

/** Reads the whole stretch, from an empty memory. */
export async function scoreOf(engine: Engine, { loader, step }: Evaluation): Promise<Score> {
  engine.write(loader.position, Uint32Array.of(0, 0));
  await step.drain();
  let [loss, right] = [0, 0];
  for (let b = 0; b < loader.batches; b++) {
    await step.run();
    // A step keeps the numbers of its last 256 runs.
    if (b % 200 !== 199 && b < loader.batches - 1) continue;
    for (const { values } of await step.drain()) {
      loss += values.loss;
      right += values.right;
    }
  }
  return { loss: loss / loader.labels, accuracy: right / loader.labels };
}
