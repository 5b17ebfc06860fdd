// Where several elements are the maximum, central differences say nothing: the rule is written out here.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import type { Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { adaptiveMaxPool2d } from "../../src/ops/adaptiveMaxPool2d";
import { avgPool2d } from "../../src/ops/avgPool2d";
import { maxPool2d } from "../../src/ops/maxPool2d";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute, given } from "./compute";

const { runtime: opened } = await nodeRuntime();

const runtime = opened as Runtime;
afterAll(() => runtime?.destroy());

describe.skipIf(!opened)("adaptive max pooling", () => {
  const gradient = async (size: number, shape = [1, 1, 3, 3], target = BASELINE_TARGET) => {
    const x = given(shape, () => 1);
    const y = adaptiveMaxPool2d(x[0], size);
    const seed = given(y.shape, (i) => i + 1);
    return [...(await compute(runtime, target, gradients(y, [x[0]], seed[0]), [x, seed]))[0]!];
  };
  test("the first maximum of each bin takes its gradient", async () => {
    expect(await gradient(2)).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
  });
  test.each([true, false])("by rows as one by one, cpu %s", async (cpu) => {
    const expected = [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0];
    expect(await gradient(3, [1, 1, 4, 4], { ...BASELINE_TARGET, cpu })).toEqual(expected);
  });
  test("one bin shares it among all", async () => {
    expect(await gradient(1)).toEqual(Array.from({ length: 9 }, () => expect.closeTo(1 / 9, 6)));
  });
});

describe.skipIf(!opened)("max pooling of −∞ alone", () => {
  // By four (of which two a row), side by side, one by one; adaptive by rows and one by one.
  const pools: [string, number[], (x: Tensor) => Tensor][] = [
    ["by four", [1, 2, 4, 8], (x) => maxPool2d(x, 2)],
    ["by four, overlapping", [1, 1, 5, 8], (x) => maxPool2d(x, 3, { stride: 2, padding: 1 })],
    ["by four, padded by two", [1, 1, 4, 8], (x) => maxPool2d(x, 4, { stride: 1, padding: [2, 1] })],
    [
      "by four, padded by more than four windows",
      [1, 1, 4, 16],
      (x) => maxPool2d(x, [1, 11], { stride: 1, padding: [0, 5] }),
    ],
    ["two of a row", [1, 2, 4, 12], (x) => maxPool2d(x, 3, { stride: 2, padding: 1 })],
    ["side by side", [1, 1, 4, 6], (x) => maxPool2d(x, 2)],
    ["one by one", [1, 3, 5, 7], (x) => maxPool2d(x, 3, { stride: 2, padding: 1 })],
    ["adaptive", [1, 2, 7, 5], (x) => adaptiveMaxPool2d(x, [3, 2])],
    ["adaptive, by rows", [1, 2, 7, 8], (x) => adaptiveMaxPool2d(x, 3)],
  ];
  test.each(pools)("%s: −∞, and the gradient where equal numbers have it", async (_, shape, pool) => {
    const of = async (value: number) => {
      const x = given(shape, () => value);
      const y = pool(x[0]);
      const seed = given(y.shape, (i) => i + 1);
      return compute(runtime, { ...BASELINE_TARGET, cpu: true }, [y, ...gradients(y, [x[0]], seed[0])], [x, seed]);
    };
    const [[, expected], [y, dx]] = [await of(1), await of(-Infinity)];
    expect(y!.every((v) => v === -Infinity)).toBe(true);
    expect([...dx!]).toEqual([...expected!]);
    expect(dx!.reduce((a, b) => a + b)).toBe((y!.length * (y!.length + 1)) / 2);
  });
});

describe.skipIf(!opened)("max pooling of windows that overlap", () => {
  // By four, by two windows a row, and one by one.
  test.each([8, 12, 7])("the first maximum of each window takes its gradient, %i wide", async (width) => {
    const [height, kernel, stride, padding] = [5, 3, 2, 1];
    const x = given([1, 2, height, width], (i) => (i * 5) % 3);
    const y = maxPool2d(x[0], kernel, { stride, padding });
    const seed = given(y.shape, (i) => i + 1);
    const [made] = await compute(runtime, BASELINE_TARGET, gradients(y, [x[0]], seed[0]), [x, seed]);
    const expected = x[1].map(() => 0);
    const [, , rows, columns] = y.shape as [number, number, number, number];
    seed[1].forEach((d, o) => {
      const [plane, oy, ox] = [Math.floor(o / columns / rows), Math.floor(o / columns) % rows, o % columns];
      const places = Array.from({ length: kernel ** 2 }, (_, tap) => [
        oy * stride - padding + Math.floor(tap / kernel),
        ox * stride - padding + (tap % kernel),
      ])
        .filter(([a, b]) => a! >= 0 && b! >= 0 && a! < height && b! < width)
        .map(([a, b]) => (plane * height + a!) * width + b!);
      const largest = Math.max(...places.map((p) => x[1][p]!));
      expected[places.find((p) => x[1][p] === largest)!]! += d;
    });
    expect([...made!]).toEqual([...expected]);
  });
});

describe.skipIf(!opened)("pooling of many windows side by side", () => {
  // On a CPU an invocation makes several, and the last one fewer.
  test.each([
    ["max", maxPool2d],
    ["avg", avgPool2d],
  ] as const)("%s, with its gradient", async (kind, pool) => {
    const [planes, rows, columns] = [301, 5, 7];
    const x = given([planes, 1, 2 * rows, 2 * columns], (i) => (i * 37) % 1009);
    const y = pool(x[0], 2);
    const seed = given(y.shape, (i) => i % 97);
    const target = { ...BASELINE_TARGET, cpu: true };
    const [made, dx] = await compute(runtime, target, [y, ...gradients(y, [x[0]], seed[0])], [x, seed]);
    const expected = new Float64Array(y.size);
    const expectedDx = new Float64Array(x[1].length);
    for (let o = 0; o < y.size; o++) {
      const start = 2 * (Math.floor(o / columns) * 2 * columns + (o % columns));
      const window = [start, start + 1, start + 2 * columns, start + 2 * columns + 1];
      const values = window.map((i) => x[1][i]!);
      const largest = Math.max(...values);
      expected[o] = kind === "max" ? largest : values.reduce((a, b) => a + b) / 4;
      if (kind === "max") expectedDx[window[values.indexOf(largest)]!] = seed[1][o]!;
      else for (const i of window) expectedDx[i] = seed[1][o]! / 4;
    }
    expect(made).toEqual(expected);
    expect(dx).toEqual(expectedDx);
  });
});
