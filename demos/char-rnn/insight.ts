import {
  add,
  type CapturedStep,
  type Engine,
  gradients,
  gru,
  lstm,
  matmul,
  pad,
  reshape,
  rnn,
  sigmoid,
  slice,
  softmaxCrossEntropy,
  sqrt,
  square,
  sum,
  type Tensor,
} from "../../src/index";
import type { CharRnn, Sizes } from "./model";
import type { Parts, Settings } from "./parts";

/** Characters whose reading can be watched at once. */
export const WATCHED = 480;
/** Windows of text over which gradients are taken. */
const WINDOWS = 16;
/** Characters that gradients are followed back. */
const BACK = 64;

/** What the units of the last layer did while reading a text: for each trace [characters, hidden] values. */
export interface Reading {
  readonly text: string;
  readonly hidden: number;
  readonly traces: Readonly<Record<string, Float32Array>>;
}

/** Names of a cell's gates, in the order of its weights. */
const GATES = { lstm: ["input", "forget", "", "output"], gru: ["reset", "update"], rnn: [] };

/** Looks inside: gates and cells over a text, and how far gradients reach back. */
export class Insight {
  #reading!: CapturedStep<"ids", string>;
  #gradient!: CapturedStep<"ids" | "labels", "norms">;

  private constructor(
    readonly parts: Parts,
    readonly settings: Settings,
  ) {}

  static async create(engine: Engine, parts: Parts, settings: Settings): Promise<Insight> {
    const insight = new Insight(parts, settings);
    const { model } = parts;
    const i32 = (...shape: number[]) => ({ shape, dtype: "i32" as const });
    [insight.#reading, insight.#gradient] = await Promise.all([
      engine.capture({ ids: i32(WATCHED, 1) }, ({ ids }) => readingStep(model, settings, ids)),
      engine.capture({ ids: i32(BACK, WINDOWS), labels: i32(WINDOWS) }, ({ ids, labels }) =>
        gradientStep(model, ids, labels),
      ),
    ]);
    return insight;
  }

  /** Reads a passage of held-out text. @param passage any number; there are as many as the stretch holds */
  async read(passage: number): Promise<Reading> {
    const { tokenizer, devText } = this.parts.book;
    const ids = tokenizer.encode(devText);
    const start = (passage * WATCHED) % (ids.length - WATCHED);
    const watched = ids.slice(start, start + WATCHED);
    await this.#reading.run({ ids: watched });
    const names = Object.keys(this.#reading.outputs);
    const values = (await this.#reading.readAll(names)) as Record<string, Float32Array>;
    const traces = this.settings.cell === "lstm" ? { cell: cellOf(values), ...values } : values;
    return { text: tokenizer.decode(watched), hidden: this.settings.hidden, traces };
  }

  /** Norms of the gradient of the last character's loss with respect to each character read; the last one first. */
  async gradientNorms(): Promise<Float32Array> {
    const ids = this.parts.book.tokenizer.encode(this.parts.book.devText);
    const [windows, labels] = [new Int32Array(BACK * WINDOWS), new Int32Array(WINDOWS)];
    const apart = Math.floor((ids.length - BACK - 1) / WINDOWS);
    for (let n = 0; n < WINDOWS; n++) {
      for (let t = 0; t < BACK; t++) windows[t * WINDOWS + n] = ids[n * apart + t]!;
      labels[n] = ids[n * apart + BACK]!;
    }
    await this.#gradient.run({ ids: windows, labels });
    return ((await this.#gradient.read("norms")) as Float32Array).slice().reverse();
  }
}

/** The gates follow from what goes into the last layer, and from its states: one product for the whole text. */
function readingStep(model: CharRnn, { cell, layers, hidden }: Sizes, ids: Tensor): Record<string, Tensor> {
  const network = { lstm, gru, rnn }[cell];
  const { weights } = model.recurrent;
  const x = model.embedding.forward(ids);
  const below = layers > 1 ? network(x, weights.slice(0, -1)).output : x;
  const w = weights.at(-1)!;
  const { output } = network(below, [w]);
  const rows = (t: Tensor) => reshape(t, [-1, t.shape[2]!]);
  const state = rows(output);
  // Before a step: the states one row up, nothing before the first.
  const before = shifted(state);
  const shares = (input: Tensor, weight: Tensor, bias: Tensor) => add(matmul(input, weight, { transB: true }), bias);
  const all = add(shares(rows(below), w.weightIh, w.biasIh!), shares(before, w.weightHh, w.biasHh!));
  const gates = GATES[cell].flatMap((name, i): [string, Tensor][] =>
    name ? [[name, sigmoid(slice(all, 1, i * hidden, (i + 1) * hidden))]] : [],
  );
  return { state, ...Object.fromEntries(gates) };
}

/** Each row one place down, zeros in the first. */
const shifted = (t: Tensor): Tensor => pad(slice(t, 0, 0, t.shape[0]! - 1), [0, 0, 1, 0]);

/** tanh(c) of an LSTM: its state is o · tanh(c). */
const cellOf = ({ state, output }: Record<string, Float32Array>): Float32Array =>
  Float32Array.from(state!, (h, i) => Math.max(-1, Math.min(1, h / Math.max(output![i]!, 1e-6))));

/** How much the last guess hangs on each character before it. */
function gradientStep(model: CharRnn, ids: Tensor, labels: Tensor): { norms: Tensor } {
  const x = model.embedding.forward(ids); // [T, N, D]
  const { output } = model.recurrent.run(x);
  const [steps, windows, hidden] = output.shape as [number, number, number];
  const last = reshape(slice(output, 0, steps - 1, steps), [windows, hidden]);
  const loss = softmaxCrossEntropy(model.head.forward(last), labels);
  const [dX] = gradients(loss, [x]);
  return { norms: sqrt(sum(square(dX!), [1, 2])) };
}
