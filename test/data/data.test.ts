import { describe, expect, test } from "vitest";
import { permuted } from "../../src/core/permutation";
import { byteStatistics, ImageDataset } from "../../src/data/dataset";
import { parseIdx } from "../../src/data/idx";
import { Loader } from "../../src/data/loader";
import { ConfusionMatrix } from "../../src/metrics/confusionMatrix";
import { accuracyOf } from "../../src/metrics/scores";
import { describeOnDawn } from "../device";

test("the permutation visits every row once, in another order each epoch and seed", () => {
  for (const count of [1, 2, 3, 7, 100, 1000]) {
    const order = Array.from({ length: count }, (_, i) => permuted(i, count, 5, 2));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
  const epoch = (seed: number, e: number) => Array.from({ length: 100 }, (_, i) => permuted(i, 100, seed, e)).join();
  expect(new Set([epoch(0, 0), epoch(0, 1), epoch(1, 0), epoch(1, 1)]).size).toBe(4);
});

test("the permutation has no visible order", () => {
  const [n, rounds] = [64, 200];
  const sums = new Float64Array(n);
  for (let e = 0; e < rounds; e++) for (let i = 0; i < n; i++) sums[i]! += permuted(i, n, 1, e);
  const off = [...sums].map((s) => Math.abs(s / rounds - (n - 1) / 2));
  expect(Math.max(...off)).toBeLessThan(4.5 * (n / Math.sqrt(12 * rounds)));
});

describe("IDX files", () => {
  const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);
  test("are read", () => {
    expect(parseIdx(file, "f")).toEqual({ shape: [2, 3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });
  test.each([
    ["cut", file.subarray(0, 16), /4 bytes of elements/],
    ["cut in the header", file.subarray(0, 9), /ends within its header/],
    ["of floats", file.with(2, 0x0d), /IDX elements of type 13/],
    ["of another kind", Uint8Array.of(80, 75, 3, 4), /not an IDX file/],
    ["empty", new Uint8Array(), /not an IDX file/],
  ])("%s: refused", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "f")).toThrow(message);
  });
});

describe("data sets", () => {
  const options = { images: new Uint8Array(8), labels: Uint8Array.of(0, 1), shape: [1, 2, 2], classes: 2 };
  test.each([
    ["a label out of range", { labels: Uint8Array.of(0, 2) }, /label 2 of example 1/],
    ["too few pictures", { images: new Uint8Array(7) }, /7 bytes of pictures/],
    ["no examples", { images: new Uint8Array(), labels: new Uint8Array() }, /no examples/],
    ["a NaN mean", { mean: Number.NaN }, /mean NaN/],
  ])("%s: refused", (_, wrong, message) => {
    expect(() => new ImageDataset({ ...options, ...wrong })).toThrow(message);
  });
  test("an empty batch, or one larger than the set: refused", () => {
    const dataset = new ImageDataset(options);
    expect(() => new Loader(dataset, { batch: 0 })).toThrow(/batch of 0/);
    expect(() => new Loader(dataset, { batch: 3, shuffle: true })).toThrow(/batch of 3/);
  });
  test("statistics", () => {
    const { mean, std } = byteStatistics(Uint8Array.of(0, 255));
    expect([mean, std]).toEqual([0.5, 0.5]);
  });
});

await describeOnDawn("batches and counts", (engine) => {
  const COUNT = 11;
  const dataset = new ImageDataset({
    images: Uint8Array.from({ length: COUNT * 4 }, (_, i) => i * 5),
    labels: Uint8Array.from({ length: COUNT }, (_, i) => i),
    shape: [1, 2, 2],
    classes: COUNT,
    mean: 0.1,
    std: 0.5,
  });

  test("a shuffled loader gives every example at most once an epoch, with its own picture", async () => {
    const loader = new Loader(dataset, { batch: 3, shuffle: true, seed: 4 });
    const step = await engine.capture({}, () => loader.next());
    const epochs: number[][] = [[], []];
    for (let i = 0; i < 6; i++) {
      await step.run();
      const { x, labels } = await step.readAll(["x", "labels"]);
      epochs[Math.floor(i / 3)]!.push(...labels);
      labels.forEach((label, n) => {
        for (let p = 0; p < 4; p++) expect(x[4 * n + p]).toBeCloseTo(((label * 4 + p) * 5) / 255 / 0.5 - 0.2, 5);
      });
    }
    for (const e of epochs) expect(new Set(e).size).toBe(9);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  test("an ordered loader ends an epoch with rows that do not count", async () => {
    const loader = new Loader(dataset, { batch: 4 });
    const step = await engine.capture({}, () => loader.next());
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      await step.run();
      seen.push(...(await step.read("labels")));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1]);
  });

  test("the confusion matrix counts predictions by label", async () => {
    const confusion = new ConfusionMatrix(3);
    const inputs = { logits: [4, 3], labels: { shape: [4], dtype: "i32" as const } };
    const step = await engine.capture(inputs, ({ logits, labels }) => {
      confusion.add(logits, labels);
      return {};
    });
    const logits = Float32Array.of(3, 1, 2, 0, 5, 1, 0, 1, 9, 7, 0, 0);
    for (let i = 0; i < 2; i++) await step.run({ logits, labels: Int32Array.of(0, 2, 2, -1) });
    const counts = await engine.read(confusion.counts);
    expect([...counts]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 2]);
    expect(accuracyOf(counts, 3)).toBeCloseTo(4 / 6);
  });
});
