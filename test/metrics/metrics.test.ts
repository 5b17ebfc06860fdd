import { expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import { feed, type state } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { ConfusionMatrix } from "../../src/metrics/confusionMatrix";
import { bitsPerCharacter, perplexity } from "../../src/metrics/language";
import { hammingLoss, MultiLabelCounts, multiLabelOutcomes } from "../../src/metrics/multiLabel";
import { meanAbsoluteError, rSquared } from "../../src/metrics/regression";
import { rocAuc } from "../../src/metrics/rocAuc";
import { accuracyOf, averageScores, classificationReport, scoresOf, zeroOneLoss } from "../../src/metrics/scores";
import { TopK, topKAccuracyOf } from "../../src/metrics/topK";
import { plan } from "../../src/schedule/plan";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

// Rows are labels. Class 0: 5 of 7 found, 6 predicted; class 1: 3 of 5, 5 predicted; class 2: 2 of 2, 3 predicted.
const counts = [5, 2, 0, 1, 3, 1, 0, 0, 2];

test("a report follows from the confusion matrix", () => {
  const { accuracy, classes, macro, micro, weighted } = classificationReport(counts, 3);
  expect(accuracy).toBeCloseTo(10 / 14);
  expect(zeroOneLoss(counts, 3)).toBeCloseTo(4 / 14);
  expect(classes.map((c) => c.support)).toEqual([7, 5, 2]);
  const expected = [
    [5 / 6, 5 / 7, 10 / 13],
    [3 / 5, 3 / 5, 3 / 5],
    [2 / 3, 1, 4 / 5],
  ];
  classes.forEach(({ precision, recall, f1 }, c) => {
    [precision, recall, f1].forEach((v, i) => {
      expect(v).toBeCloseTo(expected[c]![i]!);
    });
  });
  expect(macro.precision).toBeCloseTo((5 / 6 + 3 / 5 + 2 / 3) / 3);
  expect(macro.recall).toBeCloseTo((5 / 7 + 3 / 5 + 1) / 3);
  expect(macro.f1).toBeCloseTo((10 / 13 + 3 / 5 + 4 / 5) / 3);
  expect([micro.precision, micro.recall, micro.f1]).toEqual([10 / 14, 10 / 14, 10 / 14]);
  expect(weighted.precision).toBeCloseTo((7 * (5 / 6) + 5 * (3 / 5) + 2 * (2 / 3)) / 14);
  expect(weighted.f1).toBeCloseTo((7 * (10 / 13) + 5 * (3 / 5) + 2 * (4 / 5)) / 14);
  expect([macro.support, micro.support, weighted.support]).toEqual([14, 14, 14]);
});

test("where there is nothing to divide by, scores are 0", () => {
  const none = classificationReport([0, 0, 0, 0], 2);
  expect(none.accuracy).toBe(0);
  expect(zeroOneLoss([0, 0, 0, 0], 2)).toBe(0);
  expect(none.weighted).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  // Class 1 neither occurs nor is predicted.
  const { classes, macro } = classificationReport([3, 0, 0, 0], 2);
  expect(classes[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  expect(macro.f1).toBeCloseTo(0.5);
  expect(rSquared([1, 2], [3, 3])).toBe(0);
  expect(meanAbsoluteError([], [])).toBe(0);
  expect(topKAccuracyOf([0, 0])).toBe(0);
  expect(hammingLoss([])).toBe(0);
});

test("the area under the ROC counts pairs, ties half", () => {
  // Positives 0.8, 0.4; negatives 0.4, 0.1: of four pairs three are right and one is tied.
  expect(rocAuc([0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1])).toBeCloseTo(3.5 / 4);
  expect(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.75);
  expect(rocAuc([1, 2], [0, 1])).toBe(1);
  expect(rocAuc([3, 3, 3, 3, 3], [0, 1, 0, 1, 1])).toBeCloseTo(0.5);
  expect(rocAuc(Float32Array.of(-5, 2, 7), Int32Array.of(-1, -1, 1))).toBe(1);
  expect(rocAuc([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], [1, 0, 0])).toBe(0);
});

test("regression and language", () => {
  expect(rSquared([2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(0.948608, 5);
  expect(rSquared([0, 10], [1, 2])).toBeLessThan(0);
  expect(meanAbsoluteError([2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(0.5);
  expect(perplexity(Math.log(50))).toBeCloseTo(50);
  expect(bitsPerCharacter(Math.LN2)).toBeCloseTo(1);
  expect(bitsPerCharacter(6 * Math.LN2, 4)).toBeCloseTo(1.5);
});

test("bad input is refused", () => {
  const f32 = (...shape: number[]) => feed("x", { shape, dtype: "f32" });
  expect(() => accuracyOf([1, 2, 3], 2)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: accuracyOf: 3 counts
      wants: classes² = 4]
  `);
  expect(() => rocAuc([1, 2], [1])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rocAuc: lengths differ
      scores: 2
      labels: 1]
  `);
  expect(() => rocAuc([1, Number.NaN], [1, 0])).toThrowErrorMatchingInlineSnapshot(
    `[DataError: rocAuc: score 1 is NaN]`,
  );
  expect(() => rSquared([1], [])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: rSquared: lengths differ
      predictions: 1
      targets: 0]
  `);
  expect(() => meanAbsoluteError([1, 2], [1])).toThrow("meanAbsoluteError: lengths differ");
  expect(() => new TopK(1.5)).toThrow("TopK: k 1.5");
  expect(() => new TopK(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: TopK: k 0
      wants: an integer of at least 1]
  `);
  expect(() => new TopK(5).add(f32(4, 3), f32(4))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: TopK: labels of dtype f32
      wants: i32]
  `);
  expect(() => new TopK(5).add(f32(4, 3), f32(3))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: TopK: logits and labels do not fit
      logits: [4, 3], wants [N, C]
      labels: [3], wants N labels]
  `);
  expect(() => new MultiLabelCounts(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: MultiLabelCounts: 0 labels
      wants: an integer of at least 1]
  `);
  expect(() => new MultiLabelCounts(2).add(f32(4, 3), f32(4, 3))).toThrow("scores and targets do not fit");
  expect(() => new MultiLabelCounts(3).add(f32(4, 3), f32(4))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: MultiLabelCounts: scores and targets do not fit
      scores: [4, 3], wants [N, 3]
      targets: [4], wants [N, 3]]
  `);
});

await describeOnDawn("counts", (engine) => {
  /** Runs what `fn` records twice on a device of either kind, and reads a state. */
  const countTwice = async (cpu: boolean, counts: ReturnType<typeof state>, fn: () => void) => {
    const { updates } = trace(fn);
    const made = plan({ outputs: [], updates, target: { ...BASELINE_TARGET, cpu }, fuse: true });
    const executable = await Executable.create(engine.runtime, made);
    executable.run();
    executable.run();
    executable.dispose();
    engine.runtime.throwErrors();
    return [...(await engine.read(counts))];
  };

  test.each([true, false])("labels among the k largest, cpu %s", async (cpu) => {
    const classes = 77;
    // Row r: the label's logit is exceeded by r others; row 3 ties with the classes before it.
    const rows = 5;
    const logits = new Float32Array(rows * classes);
    for (let r = 0; r < rows; r++) {
      logits[r * classes + 40] = r === 3 ? 0 : 1;
      for (let i = 0; i < r && r !== 3; i++) logits[r * classes + 70 - i] = 2;
    }
    const top = new TopK(3);
    const labels = Int32Array.of(40, 40, 40, 40, 999);
    const read = await countTwice(cpu, top.counts, () => top.add(tensor(logits, [rows, classes]), tensor(labels)));
    expect(read).toEqual([6, 8]);
    expect(topKAccuracyOf(read)).toBe(0.75);
  });

  test("labels of any shape, one a row", async () => {
    const [scores, labels] = [tensor([3, 1, 0, 2, 5, 4], [3, 2]), tensor(Int32Array.of(0, 0, 1), [3, 1])];
    const [top, matrix] = [new TopK(1), new ConfusionMatrix(2)];
    expect(await countTwice(true, top.counts, () => top.add(scores, labels))).toEqual([2, 6]);
    expect(await countTwice(true, matrix.counts, () => matrix.add(scores, labels))).toEqual([2, 2, 2, 0]);
  });

  test.each([
    [true, 77],
    [false, 77],
    [false, 5],
  ])("what was taken for what, cpu %s, %s classes", async (cpu, classes) => {
    // By row: the places of its largest logits, of which the first is the prediction, and its label; the last label is no class.
    const largest = [[3], [classes - 1, 1], [0, 4], [], [2]];
    const labels = Int32Array.of(3, 0, 4, 4, classes);
    const logits = new Float32Array(5 * classes).fill(-1);
    largest.forEach((places, r) => {
      for (const c of places) logits[r * classes + c] = 2;
    });
    const matrix = new ConfusionMatrix(classes);
    const read = await countTwice(cpu, matrix.counts, () => matrix.add(tensor(logits, [5, classes]), tensor(labels)));
    const expected = Array<number>(classes * classes).fill(0);
    for (const [label, taken] of [
      [3, 3],
      [0, 1],
      [4, 0],
      [4, 0],
    ] as const)
      expected[label * classes + taken]! += 2;
    expect(read).toEqual(expected);
  });

  test.each([true, false])("labels that do not exclude each other, cpu %s", async (cpu) => {
    const scores = tensor([0.9, 0.2, 0.6, 0.4, 0.7, 0.5, 0.1, 0.8, 0.6], [3, 3]);
    const holds = [1, 0, 1, 1, 0, 0, 0, 1, 0];
    // Label 0: TP row 0, FN row 1, TN row 2. Label 1: TN, FP, TP. Label 2: TP, TN (0.5 is not above), FP.
    const expected = [1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1];
    for (const dtype of ["u32", "i32", "f32"] as const) {
      const multi = new MultiLabelCounts(3, 0.5);
      const read = await countTwice(cpu, multi.counts, () => multi.add(scores, tensor(holds, [3, 3], dtype)));
      expect(read).toEqual(expected.map((v) => 2 * v));
      const outcomes = multiLabelOutcomes(expected);
      expect(outcomes.map(scoresOf).map((s) => s.recall)).toEqual([0.5, 1, 1]);
      expect(averageScores(outcomes, "micro").precision).toBeCloseTo(3 / 5);
      expect(hammingLoss(outcomes)).toBeCloseTo(3 / 9);
    }
  });
});

test("the area under a curve of one class only is not defined", () => {
  for (const labels of [
    [1, 1],
    [0, 0],
  ])
    expect(rocAuc([1, 2], labels)).toBeNaN();
  expect(rocAuc([], [])).toBeNaN();
});

test("a confusion matrix wants whole classes, and scores that are floats", () => {
  expect(new ConfusionMatrix(1).counts.shape).toEqual([1, 1]);
  for (const classes of [0, 2.5, -1, Number.NaN])
    expect(() => new ConfusionMatrix(classes)).toThrow(`ConfusionMatrix: ${classes} classes`);
  const labels = feed("labels", { shape: [4], dtype: "i32" });
  const scores = feed("scores", { shape: [4, 3], dtype: "i32" });
  expect(() => new ConfusionMatrix(2).add(feed("scores", { shape: [4, 3], dtype: "f32" }), labels)).toThrow(
    "ConfusionMatrix: logits and labels do not fit",
  );
  expect(() => new ConfusionMatrix(3).add(scores, labels)).toThrow(
    "ConfusionMatrix: logits of dtype i32\n  wants: f32",
  );
});
