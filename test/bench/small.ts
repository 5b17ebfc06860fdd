import { mulberry32 } from "../../demos/race/workloads";
import { add, createEngine, matmul, mean, parameter, SGD, slice, square, sub, tanh, tensor } from "../../src/index";

export interface SmallResult {
  readonly adapter: string;
  readonly on: string;
  readonly wgradMicroseconds: number;
  /** Launches of the step. */
  readonly dispatches: number;
  readonly plainMicroseconds: number;
  /** A replayed step of one launch over one element: what submitting costs, and waiting for it, whatever is computed. */
  readonly submitMicroseconds: number;
  /** Of the two after as many steps, which must be the same. */
  readonly losses: readonly [number, number];
}

const WIDTHS = [2, 8, 8, 1];
const INPUTS = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
const TARGETS = Float32Array.of(0, 1, 1, 0);
const LR = 0.1;
const CHECKED_STEPS = 50;

interface Layer {
  readonly from: number;
  readonly to: number;
  readonly weights: Float32Array<ArrayBuffer>;
  readonly biases: Float32Array<ArrayBuffer>;
}

function firstLayers(): Layer[] {
  const random = mulberry32(5);
  return WIDTHS.slice(1).map((to, l) => {
    const from = WIDTHS[l]!;
    const weights = Float32Array.from({ length: to * from }, () => 1.6 * random() - 0.8);
    return { from, to, weights, biases: new Float32Array(to) };
  });
}

/** The same loop in plain JavaScript: returns a step that gives its loss. */
function plainStep(): () => number {
  const layers = firstLayers();
  const values = [INPUTS, ...layers.map(({ to }) => new Float32Array(4 * to))];
  const errors = layers.map(({ to }) => new Float32Array(4 * to));
  return () => {
    layers.forEach((layer, l) => {
      forward(layer, values[l]!, values[l + 1]!, l < layers.length - 1);
    });
    let loss = 0;
    for (let b = 0; b < 4; b++) {
      const off = values[3]![b]! - TARGETS[b]!;
      loss += off * off * 0.25;
      errors[2]![b] = 0.5 * off;
    }
    for (let l = layers.length - 1; l >= 0; l--) backward(layers[l]!, values[l]!, errors[l]!, errors[l - 1]);
    return loss;
  };
}

/** out = x Wᵀ + b, then tanh for a hidden layer, over four examples. */
function forward({ from, to, weights, biases }: Layer, x: Float32Array, out: Float32Array, hidden: boolean): void {
  for (let b = 0; b < 4; b++)
    for (let o = 0; o < to; o++) {
      let total = biases[o]!;
      for (let i = 0; i < from; i++) total += x[b * from + i]! * weights[o * from + i]!;
      out[b * to + o] = hidden ? Math.tanh(total) : total;
    }
}

/** Gradient of the layer's input through the tanh before it, then the layer's own move. */
function backward({ from, to, weights, biases }: Layer, x: Float32Array, dOut: Float32Array, dx?: Float32Array): void {
  if (dx)
    for (let b = 0; b < 4; b++)
      for (let i = 0; i < from; i++) {
        let total = 0;
        for (let o = 0; o < to; o++) total += dOut[b * to + o]! * weights[o * from + i]!;
        dx[b * from + i] = total * (1 - x[b * from + i]! ** 2);
      }
  for (let o = 0; o < to; o++)
    for (let b = 0; b < 4; b++) {
      const move = LR * dOut[b * to + o]!;
      biases[o] = biases[o]! - move;
      for (let i = 0; i < from; i++) weights[o * from + i] = weights[o * from + i]! - move * x[b * from + i]!;
    }
}

/** XOR by 2-8-8-1 with tanh, squared error and gradient descent: a replayed step against plain JavaScript. */
export async function measureSmall(on: string, milliseconds: number): Promise<SmallResult> {
  const engine = await createEngine({ tuning: false });
  const layers = firstLayers().map(({ from, to, weights, biases }, l) => ({
    w: parameter(`w${l}`, { shape: [to, from], dtype: "f32" }, () => weights),
    b: parameter(`b${l}`, { shape: [to], dtype: "f32" }, () => biases),
  }));
  const optimizer = new SGD(
    layers.flatMap(({ w, b }) => [w, b]),
    { lr: LR },
  );
  const [x, y] = [tensor(INPUTS, [4, 2]), tensor(TARGETS, [4, 1])];
  const step = await engine.capture({}, () => {
    let h = x;
    layers.forEach(({ w, b }, l) => {
      const sums = add(matmul(h, w, { transB: true }), b);
      h = l < layers.length - 1 ? tanh(sums) : sums;
    });
    const loss = mean(square(sub(h, y)));
    optimizer.step(loss);
    return { loss };
  });
  const least = await engine.capture({}, () => ({ loss: square(slice(y, 0, 0, 1)) }));
  for (let i = 0; i < CHECKED_STEPS; i++) await step.run();
  const [own] = await step.read("loss");
  const plain = plainStep();
  let expected = 0;
  for (let i = 0; i < CHECKED_STEPS; i++) expected = plain();
  const replayed = (which: typeof step) => async (steps: number) => {
    for (let i = 0; i < steps; i++) await which.run();
    await which.read("loss");
  };
  const [wgradMicroseconds, submitMicroseconds, plainMicroseconds] = (await inTurns(milliseconds, [
    [200, replayed(step)],
    [200, replayed(least)],
    [
      20_000,
      async (steps) => {
        for (let i = 0; i < steps; i++) plain();
      },
    ],
  ])) as [number, number, number];
  const { name: adapter } = engine.adapter;
  const dispatches = step.plan.dispatches.length;
  engine.dispose();
  const times = { wgradMicroseconds, plainMicroseconds, submitMicroseconds };
  return { adapter, on, ...times, dispatches, losses: [own!, expected] };
}

/** Microseconds of a step of each, the median of stretches of so many steps that take turns: what else a machine does meets all alike. */
async function inTurns(
  milliseconds: number,
  all: readonly (readonly [steps: number, run: (steps: number) => Promise<void>])[],
): Promise<number[]> {
  const times = all.map((): number[] => []);
  const began = performance.now();
  while (times[0]!.length < 3 || performance.now() - began < milliseconds * all.length)
    for (const [i, [steps, run]] of all.entries()) {
      const from = performance.now();
      await run(steps);
      times[i]!.push((1000 * (performance.now() - from)) / steps);
    }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}
