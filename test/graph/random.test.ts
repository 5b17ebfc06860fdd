// Random ops as a user meets them: their distributions, and that numbers repeat exactly when they should.
import { expect, test } from "vitest";
import { assign } from "../../src/graph/assign";
import { createGenerator, type Generator } from "../../src/graph/generator";
import { state, type Tensor } from "../../src/graph/tensor";
import * as init from "../../src/nn/init";
import { initialized, manualSeed } from "../../src/nn/init";
import { bernoulli } from "../../src/ops/bernoulli";
import { cast } from "../../src/ops/cast";
import { categorical } from "../../src/ops/categorical";
import { dropout } from "../../src/ops/dropout";
import { expand } from "../../src/ops/expand";
import { normal } from "../../src/ops/normal";
import { permutation } from "../../src/ops/permutation";
import { randint } from "../../src/ops/randint";
import { truncatedNormal } from "../../src/ops/truncatedNormal";
import { uniform } from "../../src/ops/uniform";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const N = 100_000;

/** Average, variance, skewness and excess kurtosis. */
function moments(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const power = (k: number, about: number) => list.reduce((n, v) => n + (v - about) ** k, 0) / list.length;
  const mean = power(1, 0);
  const variance = power(2, mean);
  return [mean, variance, power(3, mean) / variance ** 1.5, power(4, mean) / variance ** 2 - 3];
}

/** Chi-square of counts against probabilities, in standard deviations from what chance gives. */
function surprise(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b);
  const chi = counts.reduce((n, c, i) => n + (c - total * probabilities[i]!) ** 2 / (total * probabilities[i]!), 0);
  const freedom = counts.length - 1;
  return Math.abs(chi - freedom) / Math.sqrt(2 * freedom);
}

const histogram = (values: ArrayLike<number>, bins: number, binOf: (v: number) => number) => {
  const counts = Array<number>(bins).fill(0);
  for (const v of Array.from(values)) counts[Math.max(0, Math.min(bins - 1, Math.floor(binOf(v))))]!++;
  return counts;
};

await describeOnDawn("random ops", (engine) => {
  const read = (draw: (generator: Generator) => Tensor, seed = 5) => engine.read(draw(createGenerator(seed)));

  test("uniform: moments, and 100 bins alike", async () => {
    const values = await read((generator) => uniform([N], { low: -1, high: 3, generator }));
    const [mean, variance] = moments(values);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
    const counts = histogram(values, 100, (v) => (v + 1) * 25);
    expect(surprise(counts, Array(100).fill(0.01))).toBeLessThan(4);
  });

  test("normal: four moments, bins of equal mass, no correlation of neighbours, tails", async () => {
    const values = await read((generator) => normal([N], { generator }));
    const [mean, variance, skewness, kurtosis] = moments(values);
    expect(Math.abs(mean!)).toBeLessThan(4 / Math.sqrt(N));
    expect(Math.abs(variance! - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    expect(Math.abs(skewness!)).toBeLessThan(4 * Math.sqrt(6 / N));
    expect(Math.abs(kurtosis!)).toBeLessThan(4 * Math.sqrt(24 / N));
    // Quartiles and eighths of the standard normal distribution.
    const edges = [-1.1503494, -0.6744898, -0.3186394, 0, 0.3186394, 0.6744898, 1.1503494];
    const counts = histogram(values, 8, (v) => edges.filter((e) => e < v).length);
    expect(surprise(counts, Array(8).fill(1 / 8))).toBeLessThan(4);
    for (const lag of [1, 2, 3]) {
      const products = Array.from(values.slice(lag), (v, i) => v * values[i]!);
      expect(Math.abs(moments(products)[0]!)).toBeLessThan(4 / Math.sqrt(N));
    }
    // 2·Q(3) = 0.0027 of them are beyond three deviations.
    const beyond = values.filter((v) => Math.abs(v) > 3).length;
    expect(surprise([beyond, N - beyond], [0.0026998, 0.9973002])).toBeLessThan(10);
    expect(Math.max(...values)).toBeGreaterThan(3.8);
  });

  test("truncated normal: inside, with the mass where it belongs", async () => {
    const values = await read((generator) => truncatedNormal([N], { mean: 1, std: 2, a: -1, b: 3, generator }));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThanOrEqual(3);
    // Φ(½) − Φ(−½) of Φ(1) − Φ(−1).
    const inner = values.filter((v) => v > 0 && v < 2).length;
    expect(inner / N).toBeCloseTo(0.3829249 / 0.6826895, 2);
  });

  test("bernoulli and randint: as often as they should", async () => {
    const mask = await read((generator) => bernoulli(0.3, { shape: [N], generator }));
    const hits = Array.from(mask).filter((v) => v === 1).length;
    expect(surprise([hits, N - hits], [0.3, 0.7])).toBeLessThan(10);
    const dice = await read((generator) => randint(1, 7, [N], { generator }));
    expect(
      surprise(
        histogram(dice, 6, (v) => v - 1),
        Array(6).fill(1 / 6),
      ),
    ).toBeLessThan(4);
  });

  test.each([5, 70])("categorical: %i classes by their probabilities", async (classes) => {
    const rows = 20_000;
    const logits = Array.from({ length: classes }, (_, c) => Math.sin(3 * c));
    const row = tensor(Float32Array.from(logits), [1, classes]);
    const values = await read((generator) => categorical(expand(row, [rows, classes]), { generator }));
    const total = logits.reduce((n, l) => n + Math.exp(l), 0);
    const probabilities = logits.map((l) => Math.exp(l) / total);
    expect(
      surprise(
        histogram(values, classes, (v) => v),
        probabilities,
      ),
    ).toBeLessThan(4);
  });

  test("permutation: each once, in another order each step", async () => {
    const generator = createGenerator(3);
    const step = await engine.capture({}, () => ({ order: permutation(1000, { generator }) }));
    const orders: number[][] = [];
    for (let i = 0; i < 2; i++) {
      await step.run();
      orders.push([...(await step.read("order"))]);
    }
    for (const order of orders)
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(orders[0]).not.toEqual(orders[1]);
    const fixed = orders[0]!.filter((v, i) => v === i).length;
    expect(fixed).toBeLessThan(8);
  });

  test("equal seed, stream and step give equal numbers; each of them apart gives others", async () => {
    const both = async (seed: number) => {
      const generator = createGenerator(seed);
      const step = await engine.capture({}, () => ({
        a: uniform([6], { generator }),
        b: uniform([6], { generator }),
      }));
      const runs: string[] = [];
      for (let i = 0; i < 2; i++) {
        await step.run();
        const { a, b } = await step.readAll(["a", "b"]);
        runs.push(String(a), String(b));
      }
      return runs;
    };
    const first = await both(1);
    expect(await both(1)).toEqual(first);
    expect(new Set([...first, ...(await both(2))]).size).toBe(8);
  });

  test("eager code draws new numbers each time, the same ones for the same seed", async () => {
    const three = async () => {
      const generator = createGenerator(8);
      const values: string[] = [];
      for (let i = 0; i < 3; i++) values.push(String(await engine.read(normal([5], { generator }))));
      return values;
    };
    const first = await three();
    expect(new Set(first).size).toBe(3);
    expect(await three()).toEqual(first);
  });

  test("what is read late, or again, shares its numbers with no other draw", async () => {
    const generator = createGenerator(8);
    const late = uniform([3], { generator });
    await engine.read(tensor([1]));
    const values = [late, uniform([3], { generator }), late, uniform([3], { generator })];
    const texts: string[] = [];
    for (const t of values) texts.push(String(await engine.read(t)));
    expect(new Set(texts).size).toBe(4);
    const target = state("target", { shape: [3], dtype: "f32" });
    assign(target, late);
    await engine.read(target); // the assignment runs after it
    texts.push(String(await engine.read(uniform([3], { generator }))), String(await engine.read(target)));
    expect(new Set(texts).size).toBe(6);
  });

  test("a generator's state is read without a draw being counted", async () => {
    const generator = createGenerator(8);
    await engine.read(uniform([3], { generator }));
    const states = [await engine.read(generator.state), await engine.read(cast(generator.state, "f32"))];
    expect(states.map((s) => [...s])).toEqual([
      [8, 1],
      [8, 1],
    ]);
    expect([...(await engine.read(generator.state))]).toEqual([8, 1]);
  });

  test("manualSeed seeds what is drawn without a generator, dropout too", async () => {
    const ones = tensor(new Float32Array(50).fill(1));
    const seeded = async (seed: number) => {
      manualSeed(seed);
      const step = await engine.capture({}, () => ({ dropped: dropout(ones, 0.5) }));
      const values: string[] = [];
      for (let i = 0; i < 2; i++) {
        await step.run();
        values.push(String(await step.read("dropped")));
      }
      return [...values, String(await engine.read(uniform([5])))];
    };
    const first = await seeded(3);
    expect(await seeded(3)).toEqual(first);
    expect(new Set([...first, ...(await seeded(4))]).size).toBe(6);
    manualSeed(3);
    const weight = await engine.read(initialized("w", [5], { fanIn: 1, fanOut: 1 }, init.uniform()));
    expect(await engine.read(uniform([5]))).not.toEqual(weight);
  });
});
