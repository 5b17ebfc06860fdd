// Gradients of gradients: each op's gradient is itself held to an op's case, with central differences for its reference.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../src/gpu/runtime";
import { gradients } from "../src/optim/gradients";
import { nodeRuntime } from "./device";
import { cases } from "./ops/cases";
import { type InputSpec, type OpCase, opCase, type Reference, type Sample } from "./ops/opCase";
import { runSample } from "./ops/runCase";

const probabilities = { shape: [4, 2], range: [0.1, 0.9] } as const;

const SAMPLES: Record<string, Sample<object>[]> = {
  maxPool2d: [
    { inputs: [[1, 2, 4, 8]], attrs: { kernel: 2 }, note: "codes in bytes" },
    { inputs: [[2, 1, 4, 4]], attrs: { kernel: 2 }, note: "codes in bytes, two windows of a row" },
    { inputs: [[1, 2, 4, 8]], attrs: { kernel: 3, stride: 2, padding: 1 }, note: "codes in bytes, padding" },
    { inputs: [[2, 1, 4, 6]], attrs: { kernel: 2 }, note: "codes by window" },
    { inputs: [[1, 2, 5, 3]], attrs: { kernel: 3, stride: 1, padding: 1 }, note: "codes by place" },
  ],
  maxPool1d: [{ inputs: [[2, 2, 9]], attrs: { kernel: 3 }, note: "four rows as one" }],
  adaptiveMaxPool2d: [
    { inputs: [[1, 2, 5, 3]], attrs: { size: [3, 2] } },
    { inputs: [[1, 1, 3, 8]], attrs: { size: [2, 3] } },
    { inputs: [[1, 2, 3, 4]], attrs: { size: 1 } },
  ],
  bce: [{ inputs: [probabilities, probabilities], attrs: { reduction: "none" } }],
  hingeLoss: [
    {
      inputs: [
        { shape: [4], values: [1.5, 0.5, -0.5, -1.5] },
        { shape: [4], values: [1, -1, 1, 0.5] },
      ],
      attrs: { reduction: "none" },
    },
  ],
  klDiv: [
    { inputs: [{ shape: [4, 2], range: [-2, -0.1] }, probabilities], attrs: { reduction: "sum" } },
    { inputs: [[3], [3]], attrs: { logTarget: true } },
  ],
  norm: [
    { inputs: [[3, 4]], attrs: { axes: 1 } },
    ...[0.5, 1.5, 3].map((p) => ({
      inputs: [{ shape: [2, 3], values: [0.5, -0.7, 0.9, -1, 1.5, 0.8] }],
      attrs: { p, axes: 1 },
    })),
  ],
  prod: [
    { inputs: [[3, 4]], attrs: { axes: 1 } },
    { inputs: [[1, 3]], attrs: { axes: 0 } },
    { inputs: [[3, 2, 2]], attrs: { axes: [0, 2], keepDims: true } },
    { inputs: [[2, 3, 2, 2, 2]], attrs: { axes: [0, 2, 4] }, note: "three groups" },
    {
      inputs: [{ shape: [4, 4], values: [2, 0, 3, 4, 0, 5, 0, 6, -1, 2, -3, 4, 0, 0, 2, 0] }],
      attrs: { axes: 1 },
      note: "one zero, two, none, three",
    },
  ],
  cumprod: [
    { inputs: [[3, 5]], attrs: { axis: 1 } },
    { inputs: [[1]], attrs: {} },
    { inputs: [[2, 4, 3]], attrs: { axis: 1, reverse: true } },
    { inputs: [{ shape: [3, 4], values: [2, 3, 0, 5, 0, 2, 0, 4, 1, 2, 3, 4] }], attrs: { axis: 1 }, note: "zeros" },
  ],
  conv2d: [
    { inputs: [[1, 2, 3, 4], [2, 2, 2, 2], [2]], attrs: { stride: [1, 2], padding: 1 } },
    { inputs: [[1, 2, 3, 3], [2, 1, 2, 2], [2]], attrs: { groups: 2 }, note: "depthwise" },
  ],
  convTranspose2d: [{ inputs: [[1, 2, 2, 2], [2, 1, 2, 2], [1]], attrs: { stride: 2 } }],
  avgPool2d: [{ inputs: [[1, 1, 4, 3]], attrs: { kernel: 2, padding: 1, countIncludePad: false } }],
  adaptiveAvgPool2d: [{ inputs: [[1, 1, 3, 3]], attrs: { size: 2 } }],
  batchNorm: [
    {
      inputs: [[2, 2, 1, 2], [2], [2], [2], { shape: [2], range: [0.5, 2] }],
      attrs: { training: true },
    },
  ],
  huberLoss: [
    {
      inputs: [
        { shape: [5], values: [0.1, -0.2, 0.9, -0.8, 2] },
        { shape: [5], values: [0, 0.1, 0, 0.1, 0] },
      ],
      attrs: { delta: 0.5, reduction: "none" },
    },
  ],
  layerNorm: [{ inputs: [[3, 5], [5], [5]], attrs: { eps: 0.1 } }],
  rmsNorm: [{ inputs: [[3, 4], [4]], attrs: { eps: 0.1 } }],
  softmax: [{ inputs: [[3, 5]] }, { inputs: [[2, 3, 2]], attrs: { axis: 1 } }],
  logSoftmax: [{ inputs: [[3, 5]] }, { inputs: [[2, 3, 2]], attrs: { axis: 1 } }],
  groupNorm: [{ inputs: [[2, 4, 2], [4], [4]], attrs: { groups: 2, eps: 0.1 } }],
  upsample2d: [{ inputs: [[1, 1, 2, 3]], attrs: { scale: 2, mode: "bilinear" } }],
};

/** A case for d(Σ out · seed)/d(input), of the inputs and the seed. */
const gradientCase = (c: OpCase, input: number): OpCase =>
  opCase<object>({
    samples: [],
    build(inputs, attrs) {
      const operands = inputs.slice(0, -1);
      return gradients(c.build(operands, attrs), [operands[input]!], inputs.at(-1)!)[0]!;
    },
    reference(inputs, attrs): Reference {
      const operands = inputs.slice(0, -1);
      const at = operands[input]!;
      const objective = (j: number, h: number) => {
        const moved = operands.map((r, i) => (i === input ? { ...r, data: r.data.with(j, r.data[j]! + h) } : r));
        return c.reference(moved, attrs).data.reduce((n, v, i) => n + v * inputs.at(-1)!.data[i]!, 0);
      };
      const step = 1e-3;
      return { shape: at.shape, data: at.data.map((_, j) => (objective(j, step) - objective(j, -step)) / (2 * step)) };
    },
    tolerance: 1e-3,
    vjpTolerance: 3e-3,
    step: 1e-3,
  });

const shapeOf = (c: OpCase, s: Sample<object>): readonly number[] => {
  const shapes = s.inputs.map((i: InputSpec) => ("shape" in i ? i.shape : i));
  const ones = shapes.map((shape) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1) }));
  return c.reference(ones, s.attrs ?? {}).shape;
};

const { runtime: opened } = await nodeRuntime();

describe.skipIf(!opened)("gradients of gradients", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const all = Object.entries(SAMPLES).flatMap(([name, samples]) => samples.map((s) => [name, s] as const));
  test.each(all)("%s %j", async (name, sample) => {
    const c = cases.find(([n]) => n === name)![1];
    for (const input of sample.inputs.keys()) {
      const inputs = [...sample.inputs, shapeOf(c, sample)];
      expect(await runSample(runtime, gradientCase(c, input), { ...sample, inputs })).toEqual([]);
      runtime.throwErrors();
    }
  });
});
