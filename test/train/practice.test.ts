import { describe, expect, test } from "vitest";
import { record } from "../../src/graph/op";
import { log } from "../../src/ops/log";
import { mul } from "../../src/ops/mul";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { op as square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { tanh } from "../../src/ops/tanh";
import { EarlyStopping } from "../../src/train/earlyStopping";
import { gradCheck } from "../../src/train/gradCheck";
import { learningCurveReading } from "../../src/train/learningCurve";
import { trainDevTestSplit } from "../../src/train/split";
import { describeOnDawn } from "../device";

describe("early stopping", () => {
  test("stops after so many evaluations without improvement, and knows the best", () => {
    const stopping = new EarlyStopping({ patience: 2, minDelta: 0.1 });
    const losses = [1, 0.8, 0.75, Number.NaN, 0.1];
    expect(losses.slice(0, 4).map((v, i) => stopping.update(v, 10 * i))).toEqual([false, false, false, true]);
    expect([stopping.best, stopping.bestStep, stopping.waited, stopping.improved]).toEqual([0.8, 10, 2, false]);
    expect(stopping.update(0.1, 40)).toBe(false);
    expect([stopping.bestStep, stopping.improved]).toEqual([40, true]);
  });

  test("an accuracy is better the larger it is", () => {
    const stopping = new EarlyStopping({ patience: 1, mode: "max" });
    expect([Number.NaN, 0.5].map((v, i) => stopping.update(v, i))).toEqual([true, false]);
    expect(stopping.update(0.5, 2)).toBe(true);
    expect(stopping.bestStep).toBe(1);
  });

  test("goes on from its state as if it had never stopped", () => {
    const fresh = () => new EarlyStopping({ patience: 2 });
    const [stopping, resumed, early] = [fresh(), fresh(), fresh()];
    [3, 1, 2].map((v, i) => stopping.update(v, i));
    resumed.restore(JSON.parse(JSON.stringify(stopping.state())));
    expect(resumed.state()).toEqual({ best: 1, bestStep: 1, improved: false, waited: 1 });
    expect(resumed.update(1, 3)).toBe(true);
    early.restore(JSON.parse(JSON.stringify(fresh().state())));
    expect(early.best).toBeNaN();
    expect([early.update(5, 0), early.best]).toEqual([false, 5]);
  });

  test("bad options are refused", () => {
    expect(() => new EarlyStopping({ patience: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [DataError: EarlyStopping: patience 0
        wants: an integer of at least 1]
    `);
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrowErrorMatchingInlineSnapshot(`
      [DataError: EarlyStopping: minDelta -1
        wants: minDelta ≥ 0]
    `);
  });
});

describe("splits", () => {
  test.each([
    [1000, undefined, [800, 100, 100]],
    [30, undefined, [24, 3, 3]],
    [13, [0.5, 0.5, 0], [7, 6, 0]],
    [3, [0.98, 0.01, 0.01], [1, 1, 1]],
  ] as const)("%i examples, shares %s", (count, shares, sizes) => {
    const split = trainDevTestSplit(count, { ...(shares && { shares }), seed: 5 });
    const parts = [split.train, split.dev, split.test];
    expect(parts.map((p) => p.length)).toEqual(sizes);
    const all = parts.flatMap((p) => [...p]);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test("equal seeds give equal splits, others do not", () => {
    const dev = (seed: number) => [...trainDevTestSplit(100, { seed }).dev];
    expect(dev(1)).toEqual(dev(1));
    expect(dev(1)).not.toEqual(dev(2));
  });

  test("bad shares and too few examples are refused", () => {
    expect(() => trainDevTestSplit(10, { shares: [0.5, 0.2, 0.2] })).toThrowErrorMatchingInlineSnapshot(`
      [DataError: trainDevTestSplit: shares 0.5, 0.2, 0.2
        wants: three of at least 0, the first above 0, that add up to 1]
    `);
    expect(() => trainDevTestSplit(2)).toThrowErrorMatchingInlineSnapshot(`
      [DataError: trainDevTestSplit: 2 examples
        wants: at least 3 for shares 0.8, 0.1, 0.1]
    `);
  });
});

describe("the reading of a learning curve", () => {
  const verdict = (train: number, dev: number, target = 0) =>
    learningCurveReading(train, dev, { target, baseline: Math.log(10) }).verdict;

  test("by both gaps on the way from baseline to target", () => {
    expect(verdict(0.1, 0.2)).toBe("fine");
    expect(verdict(1.5, 1.6)).toBe("high bias");
    expect(verdict(1.5, 1.55, 1.4)).toBe("fine");
    expect(verdict(0.05, 0.9)).toBe("high variance");
    expect(verdict(1.2, 2.2)).toBe("high bias and high variance");
  });

  test("of whole curves, in plain words", () => {
    const train = [2.3, 1, 0.5, 0.3, 0.2, 0.15, 0.1, 0.1, 0.1, 0.1];
    const { verdict, bias, variance, text } = learningCurveReading(train, [2.3, 1.1, 1.2]);
    expect(verdict).toBe("high variance");
    expect(bias).toBeCloseTo(0.1 / 2.3);
    expect(variance).toBeCloseTo(1.1 / 2.3);
    expect(text).toMatchInlineSnapshot(
      `"Training loss 0.100, dev loss 1.200, hoped for 0.000. High variance: what is learnt does not carry over to the dev set. Try more data, augmentation, weight decay, dropout, or stopping earlier."`,
    );
  });

  test("without a scale there is no reading", () => {
    expect(() => learningCurveReading(1, 1)).toThrowErrorMatchingInlineSnapshot(`
      [DataError: learningCurveReading: baseline NaN, target 0
        wants: a baseline above the target
        fix: pass the loss of a model that knows nothing as baseline: Math.log(classes)]
    `);
    expect(() => learningCurveReading([], [1])).toThrowErrorMatchingInlineSnapshot(
      `[DataError: learningCurveReading: trainLoss ends with NaN]`,
    );
  });
});

await describeOnDawn("gradCheck", (engine) => {
  const wave = (n: number, step: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(step * i + 0.5));
  const x = { shape: [3, 5], values: wave(15, 1.7) };
  const w = { shape: [5], values: wave(5, 0.9) };
  const labels = { shape: [3], values: Int32Array.of(0, 4, -1) };

  test("finds nothing wrong with right gradients", async () => {
    const loss = await gradCheck(engine, (i) => softmaxCrossEntropy(mul(i.x, i.w), i.labels), { x, w, labels });
    expect(loss).toMatchObject({ ok: true });
    expect(loss.error).toBeLessThan(2e-3);
    expect((await gradCheck(engine, (i) => tanh(mul(i.x, 3)), { x })).error).toBeLessThan(2e-3);
  });

  test("names the input and the element of a wrong one", async () => {
    const wrong = { ...square, vjp: square.vjp.bind(null) };
    wrong.vjp = (inputs, dOuts, attrs, outs) => [mul(square.vjp(inputs, dOuts, attrs, outs)[0]!, 2)];
    const found = await gradCheck(engine, (i) => sum(mul(record(wrong, [i.w], {}), i.x), -1), { x, w });
    expect(found).toMatchObject({ ok: false, input: "w" });
    expect(found.analytic).toBeCloseTo(2 * found.numeric, 2);
    expect(found.error).toBeCloseTo(0.5, 2);
  });

  test("names the element whose difference is no number", async () => {
    // The logarithm of what falls below 0.
    const values = Float32Array.of(3, 2, 0.005, 1);
    const found = await gradCheck(engine, (i) => log(i.x), { x: { shape: [4], values } });
    expect(found).toMatchObject({ ok: false, input: "x", index: 2, error: Number.POSITIVE_INFINITY });
  });

  test("gradients of 0 are right where differences are only rounding", async () => {
    const flat = await gradCheck(engine, (i) => mul(sum(mul(i.x, 0)), 1e-3), { x });
    expect(flat).toMatchObject({ ok: true, analytic: 0 });
  });

  test("wants something to differentiate", async () => {
    await expect(gradCheck(engine, (i) => i.labels, { labels })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CaptureError: gradCheck: no input is f32]`,
    );
    await expect(gradCheck(engine, (i) => i.labels, { x, labels })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CaptureError: gradCheck: the output has dtype i32]`,
    );
  });
});
