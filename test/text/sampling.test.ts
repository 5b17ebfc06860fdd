import { expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import { assign } from "../../src/graph/assign";
import { createGenerator } from "../../src/graph/generator";
import { feed, state } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { cast } from "../../src/ops/cast";
import { sampleTokens } from "../../src/ops/sampleTokens";
import { takeRows } from "../../src/ops/takeRows";
import { plan } from "../../src/schedule/plan";
import { Sampler } from "../../src/text/sampling";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const ROWS = 4096;
const LOGITS = [0.5, -1, 2, 0, 1.5, -3, 1, 0.25];

/** Each row the same logits. */
const rows = (logits: readonly number[]) =>
  tensor(
    Float32Array.from({ length: ROWS * logits.length }, (_, i) => logits[i % logits.length]!),
    [ROWS, logits.length],
  );

/** Σ (observed − expected)² / expected, for probabilities that are not 0. */
function chiSquare(tokens: ArrayLike<number>, probabilities: readonly number[]): number {
  const counts = probabilities.map(() => 0);
  for (const t of Array.from(tokens)) counts[t]!++;
  return probabilities.reduce((sum, p, i) => {
    if (p === 0) expect(counts[i]).toBe(0);
    return p === 0 ? sum : sum + (counts[i]! - ROWS * p) ** 2 / (ROWS * p);
  }, 0);
}

function softmaxOf(
  logits: readonly number[],
  temperature: number,
  kept: (i: number) => boolean = () => true,
): number[] {
  const weights = logits.map((l, i) => (kept(i) ? Math.exp(l / temperature) : 0));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

// 99.9th percentiles of χ² with 7, 3 and 2 degrees of freedom.
const [OF_8, OF_4, OF_3] = [24.3, 16.3, 13.8];

await describeOnDawn("sampling", (engine) => {
  test("tokens come as often as their probabilities say", async () => {
    const cases = [
      { options: {}, limit: OF_8, p: softmaxOf(LOGITS, 1) },
      { options: { temperature: 2.5 }, limit: OF_8, p: softmaxOf(LOGITS, 2.5) },
      { options: { topK: 4 }, limit: OF_4, p: softmaxOf(LOGITS, 1, (i) => [0, 2, 4, 6].includes(i)) },
      // Probabilities at temperature 1: 0.40, 0.24, 0.15, …: the first three come to 0.79.
      { options: { topP: 0.7 }, limit: OF_3, p: softmaxOf(LOGITS, 1, (i) => [2, 4, 6].includes(i)) },
    ];
    for (const { options, limit, p } of cases) {
      const generator = createGenerator(3);
      const tokens = await engine.read(sampleTokens(rows(LOGITS), { ...options, generator }));
      expect(chiSquare(tokens, p)).toBeLessThan(limit);
    }
  });

  test("so do rare tokens of a large vocabulary", async () => {
    const [n, v] = [64, 20_000];
    const logits = tensor(new Float32Array(n * v), [n, v]);
    const generator = createGenerator(1);
    const tokens = [...(await engine.read(sampleTokens(logits, { generator })))];
    const mean = tokens.reduce((a, b) => a + b, 0) / n / v;
    expect(Math.abs(mean - 0.5)).toBeLessThan(3.3 / Math.sqrt(12 * n));
    expect(new Set(tokens).size).toBeGreaterThan(60);
  });

  test("a captured step follows its sampler's states, and draws again what it drew", async () => {
    const sampler = new Sampler({ seed: 5 });
    const step = await engine.capture({ logits: [ROWS, 8] }, ({ logits }) => ({ tokens: sampler.next(logits) }));
    const logits = (await engine.read(rows(LOGITS))) as Float32Array<ArrayBuffer>;
    const draw = async () => {
      await step.run({ logits });
      return [...(await step.read("tokens"))];
    };
    const [first, second] = [await draw(), await draw()];
    expect(second).not.toEqual(first);
    engine.write(sampler.generator.state, Uint32Array.of(5, 0));
    expect(await draw()).toEqual(first);
    engine.write(sampler.topK, Uint32Array.of(2));
    expect(new Set(await draw())).toEqual(new Set([2, 4]));
    engine.write(sampler.topK, Uint32Array.of(0));
    engine.write(sampler.topP, Float32Array.of(0.3));
    expect(new Set(await draw())).toEqual(new Set([2]));
    engine.write(sampler.topP, Float32Array.of(1));
    expect(new Set(await draw()).size).toBe(8);
    engine.write(sampler.temperature, Float32Array.of(0));
    expect(new Set(await draw())).toEqual(new Set([2]));
    step.dispose();
  });

  test("a step can draw from what it drew before: nothing goes through the CPU", async () => {
    // Token t is followed by 3t + 1 mod 7.
    const table = tensor(
      Float32Array.from({ length: 49 }, (_, i) => Number(i % 7 === (3 * Math.floor(i / 7) + 1) % 7)),
      [7, 7],
    );
    const token = state("token", { shape: [2], dtype: "i32" }, () => Int32Array.of(0, 4));
    const sampler = new Sampler({ temperature: 0 });
    const step = await engine.capture({}, () => {
      assign(token, sampler.next(takeRows(table, cast(token, "u32"))));
      return {};
    });
    const seen: number[][] = [];
    for (let i = 0; i < 4; i++) {
      await step.run();
      seen.push([...(await engine.read(token))]);
    }
    expect(seen).toEqual([
      [1, 6],
      [4, 5],
      [6, 2],
      [5, 0],
    ]);
    step.dispose();
  });

  test.each([true, false])("masked, infinite and NaN logits (cpu %s)", async (cpu) => {
    const { runtime } = engine;
    const x = feed("x", { shape: [4, 3], dtype: "f32" });
    const both = trace(() => [sampleTokens(x), sampleTokens(x, { temperature: 0 }), sampleTokens(x, { topP: 0.9 })]);
    const made = plan({ outputs: both.result, inputs: [x], target: { ...BASELINE_TARGET, cpu }, fuse: true });
    const executable = await Executable.create(runtime, made);
    const inf = Number.POSITIVE_INFINITY;
    const values = [
      [-inf, 5, -inf],
      [-inf, -inf, -inf],
      [Number.NaN, Number.NaN, 2],
      [inf, 0, 1],
    ];
    executable.write(x, Float32Array.from(values.flat()));
    executable.run();
    const parts = both.result.map((t) => ({ region: executable.region(t), dtype: t.dtype, length: 4 }));
    for (const tokens of await runtime.readback.read(parts)) {
      expect([tokens[0], tokens[2], tokens[3]]).toEqual([1, 2, 0]);
      expect([0, 1, 2]).toContain(tokens[1]);
    }
    executable.dispose();
  });
});
