// First values of parameters: moments against their formulas, matrices against what defines them.
import { expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors";
import { numel } from "../../src/core/shape";
import { BatchNorm } from "../../src/nn/batchNorm";
import { Conv2d } from "../../src/nn/conv2d";
import { Embedding } from "../../src/nn/embedding";
import {
  constant,
  fansOf,
  gainOf,
  heNormal,
  heUniform,
  type Initializer,
  identity,
  lecunNormal,
  lecunUniform,
  normal,
  ones,
  orthogonal,
  truncatedNormal,
  uniform,
  uniformByFanIn,
  varianceScaling,
  xavierNormal,
  xavierUniform,
  zeros,
} from "../../src/nn/init";
import { Linear } from "../../src/nn/linear";

const [SEED, STREAM] = [7, 3];
const SHAPE = [80, 30, 3, 3];
const [FAN_IN, FAN_OUT] = [270, 720];
const make = (init: Initializer, shape: number[] = SHAPE) => init(shape, fansOf(shape), SEED, STREAM);

const cases: [string, Initializer, { mean?: number; variance: number; low?: number; high?: number }][] = [
  ["uniform", uniform(-3, 5), { mean: 1, variance: 64 / 12, low: -3, high: 5 }],
  ["normal", normal(2, 0.5), { mean: 2, variance: 0.25 }],
  // The variance of ±2 deviations is 1 − 2·2·φ(2) / (Φ(2) − Φ(−2)).
  ["truncatedNormal", truncatedNormal(), { variance: 0.7737413, low: -2, high: 2 }],
  [
    "truncatedNormal elsewhere",
    truncatedNormal({ mean: 2, std: 0.5, a: 1, b: 3 }),
    { mean: 2, variance: 0.1934353, low: 1, high: 3 },
  ],
  ["uniformByFanIn", uniformByFanIn, { variance: 1 / (3 * FAN_IN), low: -1 / Math.sqrt(FAN_IN) }],
  ["heNormal", heNormal, { variance: 2 / FAN_IN }],
  ["heUniform", heUniform, { variance: 2 / FAN_IN, high: Math.sqrt(6 / FAN_IN) }],
  ["xavierNormal", xavierNormal, { variance: 2 / (FAN_IN + FAN_OUT) }],
  ["xavierUniform", xavierUniform, { variance: 2 / (FAN_IN + FAN_OUT), high: Math.sqrt(6 / (FAN_IN + FAN_OUT)) }],
  ["lecunNormal", lecunNormal, { variance: 1 / FAN_IN }],
  ["lecunUniform", lecunUniform, { variance: 1 / FAN_IN, high: Math.sqrt(3 / FAN_IN) }],
  ["varianceScaling", varianceScaling({ scale: 3, mode: "fanOut" }), { variance: 3 / FAN_OUT }],
];

test.each(cases)("%s", (_, init, { mean = 0, variance, low, high }) => {
  const values = make(init);
  const n = numel(SHAPE);
  expect(values.length).toBe(n);
  const average = values.reduce((a, b) => a + b, 0) / n;
  const spread = values.reduce((a, b) => a + (b - average) ** 2, 0) / n;
  expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(variance / n));
  expect(spread / variance).toBeCloseTo(1, 1);
  // A bound is kept, and nearly reached.
  if (low !== undefined) expect(Math.min(...values) - low).toBeLessThan(0.01 * Math.abs(low));
  if (low !== undefined) expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.fround(low));
  if (high !== undefined) expect(high - Math.max(...values)).toBeLessThan(0.01 * high);
  if (high !== undefined) expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(high));
  expect(make(init)).toEqual(values);
  expect(init(SHAPE, fansOf(SHAPE), SEED, STREAM + 1)).not.toEqual(values);
});

test("zeros, ones, constant, identity", () => {
  expect([...make(zeros, [2, 2])]).toEqual([0, 0, 0, 0]);
  expect([...make(ones, [2, 1])]).toEqual([1, 1]);
  expect([...make(constant(-2.5), [1, 3])]).toEqual([-2.5, -2.5, -2.5]);
  expect([...make(identity, [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
  expect([...make(identity, [3, 2])]).toEqual([1, 0, 0, 1, 0, 0]);
  expect(() => make(identity, [2, 2, 1])).toThrow(/identity: wants a matrix/);
});

test.each([[[7, 7]], [[5, 12]], [[12, 5]], [[4, 3, 2, 2]], [[1, 3]]])("orthogonal of %j", (shape) => {
  const gain = 1.5;
  const values = make(orthogonal({ gain }), shape);
  const rows = shape[0]!;
  const columns = numel(shape) / rows;
  const wide = rows <= columns;
  const at = (vector: number, i: number) => values[wide ? vector * columns + i : i * columns + vector]!;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  for (let a = 0; a < count; a++)
    for (let b = 0; b < count; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      expect(dot).toBeCloseTo(a === b ? gain * gain : 0, 5);
    }
  expect(() => orthogonal()([3], { fanIn: 1, fanOut: 1 }, SEED, STREAM)).toThrow(/orthogonal: wants two dimensions/);
});

test("gains", () => {
  expect(gainOf("relu") ** 2).toBeCloseTo(2);
  expect(gainOf("leakyRelu", 1)).toBe(1);
  expect(gainOf("tanh")).toBe(5 / 3);
  expect(() => gainOf("ReLU" as "relu")).toThrow("gainOf: activation ReLU\n  wants: linear, sigmoid, tanh, relu");
});

test("what would start as NaN or as something else than was asked for is refused", () => {
  expect(() => fansOf([3])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: fansOf: wants two dimensions or more
      shape: [3]]
  `);
  expect(() => normal(0, -1)).toThrow("normal: no distribution");
  expect(() => normal(Number.NaN)).toThrow("normal: no distribution");
  expect(() => uniform(2, 1)).toThrow("uniform: no range");
  expect(() => varianceScaling({ scale: -1 })).toThrow("varianceScaling: scale -1");
});

test("layers whose sizes make no tensor are not made", () => {
  expect(() => new Linear(0, 2)).toThrow(ShapeError);
  expect(() => new Linear(2.5, 2)).toThrow(/Linear: inFeatures 2.5\n {2}wants: an integer of at least 1/);
  expect(() => new Embedding(0, 2)).toThrow(ShapeError);
  expect(() => new BatchNorm(0)).toThrow(ShapeError);
  expect(() => new Conv2d(3, 2, 3, { groups: 2 })).toThrow("Conv2d: 3 channels do not split into 2 groups");
  expect(() => new Conv2d(3, -2, 3)).toThrow(ShapeError);
});
