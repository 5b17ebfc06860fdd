// The merge gate: 50 steps of an MLP, a CNN, an LSTM and a GPT follow the same trajectory captured, eager, unfused, and in f64.
import { expect, test } from "vitest";
import type { Tensor } from "../src/graph/tensor";
import { Conv2d } from "../src/nn/conv2d";
import { manualSeed } from "../src/nn/init";
import { LayerNorm } from "../src/nn/layerNorm";
import { Flatten, MaxPool2d, ReLU } from "../src/nn/layers";
import { Linear } from "../src/nn/linear";
import { Module } from "../src/nn/module";
import { LSTM } from "../src/nn/recurrent";
import { Sequential } from "../src/nn/sequential";
import { TransformerEncoderLayer } from "../src/nn/transformer";
import { reshape } from "../src/ops/reshape";
import { slice } from "../src/ops/slice";
import { softmaxCrossEntropy } from "../src/ops/softmaxCrossEntropy";
import { SGD } from "../src/optim/sgd";
import { tensor } from "../src/train/tensor";
import { describeOnDawn } from "./device";
import { Tape } from "./reference/tape";

const STEPS = 50;
const [LR, MOMENTUM] = [0.1, 0.9];

interface Model {
  make(): Module;
  readonly shape: readonly number[];
  readonly classes: number;
  /** Logits of one example on the tape, from its inputs and the parameters in order. */
  logits(tape: Tape, x: readonly number[], parameters: readonly (readonly number[])[]): number[];
}

const rows = (flat: readonly number[], width: number) =>
  Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
const linear = (tape: Tape, x: readonly number[], w: readonly number[], b: readonly number[]) =>
  rows(w, x.length).map((row, i) => tape.dot(row, x, b[i]));

const mlp: Model = {
  make: () => new Sequential(new Linear(6, 12), new ReLU(), new Linear(12, 3)),
  shape: [6],
  classes: 3,
  logits(tape, x, [w1, b1, w2, b2]) {
    const hidden = linear(tape, x, w1!, b1!).map((h) => tape.relu(h));
    return linear(tape, hidden, w2!, b2!);
  },
};

const SIDE = 6;
const cnn: Model = {
  make: () =>
    new Sequential(
      new Conv2d(1, 3, 3, { padding: "same" }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(27, 3),
    ),
  shape: [1, SIDE, SIDE],
  classes: 3,
  logits(tape, x, [kernel, kernelBias, w, b]) {
    const pooled = rows(kernel!, 9).flatMap((taps, o) => {
      const map = x.map((_, p) => {
        const [y, z] = [Math.floor(p / SIDE), p % SIDE];
        const seen = taps.flatMap((tap, k) => {
          const [i, j] = [y + Math.floor(k / 3) - 1, z + (k % 3) - 1];
          return i < 0 || j < 0 || i >= SIDE || j >= SIDE ? [] : [[tap, x[i * SIDE + j]!] as const];
        });
        return tape.relu(
          tape.dot(
            seen.map(([t]) => t),
            seen.map(([, v]) => v),
            kernelBias![o],
          ),
        );
      });
      return Array.from({ length: 9 }, (_, q) => {
        const [y, z] = [2 * Math.floor(q / 3), 2 * (q % 3)];
        return tape.max([
          map[y * SIDE + z]!,
          map[y * SIDE + z + 1]!,
          map[(y + 1) * SIDE + z]!,
          map[(y + 1) * SIDE + z + 1]!,
        ]);
      });
    });
    return linear(tape, pooled, w!, b!);
  },
};

const [TIME, FEATURES, HIDDEN] = [4, 3, 5];
const recurrent: Model = {
  make: () =>
    new Sequential(
      new LSTM(FEATURES, HIDDEN, { batchFirst: true }),
      (h) => reshape(slice(h, 1, -1), [-1, HIDDEN]),
      new Linear(HIDDEN, 3),
    ),
  shape: [TIME, FEATURES],
  classes: 3,
  logits(tape, x, [wIh, wHh, bIh, bHh, w, b]) {
    let h: number[] = Array.from({ length: HIDDEN }, () => tape.leaf(0));
    let c = h;
    for (const inputs of rows(x, FEATURES)) {
      const fromInputs = linear(tape, inputs, wIh!, bIh!);
      const gates = rows(wHh!, HIDDEN).map((row, j) =>
        tape.dot([...row, fromInputs[j]!], [...h, tape.leaf(1)], bHh![j]),
      );
      const [i, f, g, o] = rows(gates, HIDDEN);
      c = c.map((before, u) => tape.dot([tape.sigmoid(f![u]!), tape.sigmoid(i![u]!)], [before, tape.tanh(g![u]!)]));
      h = c.map((cell, u) => tape.dot([tape.sigmoid(o![u]!)], [tape.tanh(cell)]));
    }
    return linear(tape, h, w!, b!);
  },
};

const [WIDTH, HEADS, WIDE, PLACES] = [8, 2, 12, 4];
class Gpt extends Module {
  readonly blocks = [0, 1].map(
    () =>
      new TransformerEncoderLayer(WIDTH, HEADS, {
        dimFeedforward: WIDE,
        dropout: 0,
        activation: "geluTanh",
        normFirst: true,
      }),
  );
  readonly norm = new LayerNorm(WIDTH);
  readonly head = new Linear(WIDTH, 3);

  override forward(x: Tensor): Tensor {
    const read = this.blocks.reduce((h, block) => block.forward(h, { causal: true }), x);
    return this.head.forward(reshape(slice(this.norm.forward(read), 1, -1), [-1, WIDTH]));
  }
}

const plus = (tape: Tape, a: readonly number[], b: readonly number[]) =>
  a.map((v, i) => tape.dot([v, b[i]!], [tape.leaf(1), tape.leaf(1)]));

function normed(tape: Tape, x: readonly number[], w: readonly number[], b: readonly number[]): number[] {
  const share = x.map(() => tape.leaf(1 / x.length));
  const mean = tape.dot(x, share);
  const centred = x.map((v) => tape.dot([v, mean], [tape.leaf(1), tape.leaf(-1)]));
  const squares = centred.map((v) => tape.dot([v], [v]));
  const rstd = tape.power(tape.dot(squares, share, tape.leaf(1e-5)), -0.5);
  return centred.map((v, i) => tape.dot([w[i]!], [tape.dot([v], [rstd])], b[i]!));
}

function gelu(tape: Tape, x: number): number {
  const cube = tape.dot([tape.dot([x], [x])], [x]);
  const inner = tape.dot(
    [x, cube],
    [0.7978845608028654, 0.7978845608028654 * 0.044715].map((v) => tape.leaf(v)),
  );
  return tape.dot([x, x], [tape.leaf(0.5), tape.dot([tape.tanh(inner)], [tape.leaf(0.5)])]);
}

/** What the last of the rows `qkv` [places, 3·WIDTH] takes from all of them. */
function attended(tape: Tape, qkv: readonly (readonly number[])[]): number[] {
  const size = WIDTH / HEADS;
  return Array.from({ length: HEADS }, (_, head) => {
    const part = (row: readonly number[], which: number) =>
      row.slice(which * WIDTH + head * size, which * WIDTH + (head + 1) * size);
    const query = part(qkv.at(-1)!, 0).map((v) => tape.dot([v], [tape.leaf(1 / Math.sqrt(size))]));
    const weights = qkv.map((row) => tape.exp(tape.dot(query, part(row, 1))));
    const inverse = tape.power(
      tape.dot(
        weights,
        weights.map(() => tape.leaf(1)),
      ),
      -1,
    );
    return Array.from({ length: size }, (_, i) => {
      const sum = tape.dot(
        weights,
        qkv.map((row) => part(row, 2)[i]!),
      );
      return tape.dot([sum], [inverse]);
    });
  }).flat();
}

const gpt: Model = {
  make: () => new Gpt(),
  shape: [PLACES, WIDTH],
  classes: 3,
  logits(tape, x, parameters) {
    const names = new Gpt().namedParameters().map(([name]) => name);
    const p = (name: string) => parameters[names.indexOf(name)]!;
    const of = (name: string) => [p(`${name}.weight`), p(`${name}.bias`)] as const;
    let h = rows(x, WIDTH);
    for (const block of ["blocks.0", "blocks.1"]) {
      const [inWeight, inBias] = [p(`${block}.self_attn.in_proj_weight`), p(`${block}.self_attn.in_proj_bias`)];
      const qkv = h.map((row) => linear(tape, normed(tape, row, ...of(`${block}.norm1`)), inWeight, inBias));
      h = h.map((row, i) =>
        plus(tape, row, linear(tape, attended(tape, qkv.slice(0, i + 1)), ...of(`${block}.self_attn.out_proj`))),
      );
      h = h.map((row) => {
        const wide = linear(tape, normed(tape, row, ...of(`${block}.norm2`)), ...of(`${block}.linear1`));
        return plus(
          tape,
          row,
          linear(
            tape,
            wide.map((v) => gelu(tape, v)),
            ...of(`${block}.linear2`),
          ),
        );
      });
    }
    return linear(tape, normed(tape, h.at(-1)!, ...of("norm")), ...of("head"));
  },
};

const BATCH = 8;
function batchOf(model: Model) {
  const size = model.shape.reduce((a, b) => a * b, 1);
  const x = Float32Array.from({ length: BATCH * size }, (_, i) => Math.sin(1.3 * i + 0.01 * i * i));
  const labels = Int32Array.from({ length: BATCH }, (_, i) => (i * 7) % model.classes);
  return { x, labels, size };
}

/** Losses in f64, from the same first weights. */
function referenceLosses(model: Model, weights: readonly Float32Array[]): number[] {
  const { x, labels, size } = batchOf(model);
  const current = weights.map((w) => Float64Array.from(w));
  const velocity = current.map((w) => new Float64Array(w.length));
  return Array.from({ length: STEPS }, () => {
    const tape = new Tape();
    const parameters = current.map((w) => Array.from(w, (v) => tape.leaf(v)));
    const logits = Array.from({ length: BATCH }, (_, n) =>
      model.logits(
        tape,
        Array.from(x.slice(n * size, (n + 1) * size), (v) => tape.leaf(v)),
        parameters,
      ),
    );
    const loss = tape.crossEntropy(logits, [...labels]);
    const grads = tape.gradients(loss);
    parameters.forEach((nodes, p) => {
      nodes.forEach((node, i) => {
        velocity[p]![i] = MOMENTUM * velocity[p]![i]! + grads[node]!;
        current[p]![i]! -= LR * velocity[p]![i]!;
      });
    });
    return tape.values[loss]!;
  });
}

await describeOnDawn("trajectories", (engine) => {
  const start = (model: Model) => {
    manualSeed(3);
    const module = model.make();
    const optimizer = new SGD(module.parameters(), { lr: LR, momentum: MOMENTUM });
    const loss = (x: Tensor, labels: Tensor) => {
      const l = softmaxCrossEntropy(module.forward(x), labels);
      optimizer.step(l);
      return l;
    };
    return { module, loss };
  };

  async function captured(model: Model, fuse: boolean): Promise<number[]> {
    const { loss } = start(model);
    const { x, labels } = batchOf(model);
    const inputs = { x: [BATCH, ...model.shape], labels: { shape: [BATCH], dtype: "i32" as const } };
    const step = await engine.capture(inputs, (f) => ({ loss: loss(f.x, f.labels) }), { fuse });
    for (let i = 0; i < STEPS; i++) await step.run({ x, labels });
    const losses = (await step.drain()).map((s) => s.values.loss);
    step.dispose();
    return losses;
  }

  async function eager(model: Model): Promise<number[]> {
    const { loss } = start(model);
    const { x, labels } = batchOf(model);
    const losses: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const l = loss(tensor(x, [BATCH, ...model.shape]), tensor(labels));
      losses.push((await engine.read(l))[0]!);
    }
    return losses;
  }

  test.each([
    ["MLP", mlp],
    ["CNN", cnn],
    ["LSTM", recurrent],
    ["GPT", gpt],
  ])("%s: captured = unfused = eager = f64", async (_, model) => {
    const { module } = start(model);
    const weights = (await engine.read(module.parameters())) as Float32Array[];
    const reference = referenceLosses(model, weights);
    const fused = await captured(model, true);
    expect(fused).toHaveLength(STEPS);
    expect(fused.at(-1)).toBeLessThan(0.5 * fused[0]!);
    for (const [name, losses] of [
      ["captured", fused],
      ["unfused", await captured(model, false)],
      ["eager", await eager(model)],
    ] as const) {
      const off = losses.map((l, i) => Math.abs(l - reference[i]!) / (1 + reference[i]!));
      expect(Math.max(...off), `${name} against f64`).toBeLessThan(1e-4);
    }
  });
});
