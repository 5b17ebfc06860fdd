// What the cases of single ops cannot see: that loss and gradient share a pass, and that this changes no number.
import { describe, expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import { feed, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { mseLoss } from "../../src/ops/mseLoss";
import { mul } from "../../src/ops/mul";
import { type CrossEntropyOptions, softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

const [rows, classes] = [5, 40];
const long = 70; // more classes than few short rows have
const logitsFeed = (width = long) => feed("logits", { shape: [rows, width], dtype: "f32" });
const labelsFeed = () => feed("labels", { shape: [rows], dtype: "i32" });
const dispatches = (outputs: Tensor[], target: Target = BASELINE_TARGET) =>
  plan({ outputs, target, fuse: true }).dispatches.map((d) => ({
    name: d.variant.name,
    writes: d.buffers.flatMap((b, i) => (d.variant.bindings[i]!.access === "write" ? [b.shape] : [])),
  }));

test.each([true, false])("loss and gradient are one launch over the logits, cpu %s", (cpu) => {
  const logits = logitsFeed();
  const loss = softmaxCrossEntropy(logits, labelsFeed());
  const made = dispatches([loss, ...gradients(loss, [logits])], { ...BASELINE_TARGET, cpu });
  const rowKernel = cpu ? "softmax_cross_entropy" : "softmax_cross_entropy_tree";
  expect(made).toEqual([
    { name: "label_counts→reduce+reciprocal_or_zero", writes: [[]] },
    { name: rowKernel, writes: [[rows], [rows, long]] },
    { name: "reduce", writes: [[]] },
  ]);
});

test.each([
  [10, "softmax_cross_entropy_short"],
  [32, "softmax_cross_entropy_by_four"],
  [64, "softmax_cross_entropy_by_two_fours"],
])("rows of %i classes have a kernel of their own on CPUs", (classes, kernel) => {
  const loss = softmaxCrossEntropy(logitsFeed(classes), labelsFeed(), { reduction: "none" });
  expect(dispatches([loss], { ...BASELINE_TARGET, cpu: true }).map((d) => d.name)).toEqual([kernel]);
});

test("without a gradient none is made, and the sum of the losses needs no count", () => {
  expect(dispatches([softmaxCrossEntropy(logitsFeed(), labelsFeed(), { reduction: "sum" })])).toEqual([
    { name: "softmax_cross_entropy_tree", writes: [[rows], [4]] },
    { name: "reduce", writes: [[]] },
  ]);
});

test("a loss that goes into something else has a gradient of its own, and both stay lean", () => {
  const logits = logitsFeed();
  const loss = square(softmaxCrossEntropy(logits, labelsFeed(), { reduction: "sum" }));
  const made = dispatches([loss, ...gradients(loss, [logits])]).filter((d) => d.name.startsWith("softmax"));
  expect(made.map((d) => d.writes)).toEqual([
    [[rows], [4]],
    [[4], [rows, long]],
  ]);
});

test("loss and gradient of few short rows are one launch", () => {
  const logits = logitsFeed(classes);
  const loss = softmaxCrossEntropy(logits, labelsFeed());
  expect(dispatches([loss, ...gradients(loss, [logits])])).toEqual([
    { name: "softmax_cross_entropy_few", writes: [[], [rows, classes]] },
  ]);
});

test("losses of elements are computed within their sum", () => {
  const [x, t] = [logitsFeed(), logitsFeed()];
  expect(dispatches([mseLoss(x, t)], { ...BASELINE_TARGET, cpu: true }).map((d) => d.name)).toEqual([
    "squared_error→reduce",
  ]);
});

const wave = (n: number, step: number) => Float32Array.from({ length: n }, (_, i) => 2 * Math.sin(step * i + 1));
const hard = Int32Array.of(3, 39, -1, 17, 3);
const softLabels = wave(rows * classes, 0.7).map((v) => v * v);
const weight = () => tensor(wave(classes, 0.3).map((v) => v * v));

await describeOnDawn("losses", (engine) => {
  const run = async (outputs: Tensor[], target: Target) => {
    const inputs = outputs.flatMap(leaves);
    const made = plan({ outputs, target, fuse: true, inputs });
    const executable = await Executable.create(engine.runtime, made);
    executable.run();
    const read = (t: Tensor) => ({ region: executable.region(t), dtype: t.dtype, length: t.size });
    const values = await engine.runtime.readback.read(outputs.map(read));
    executable.dispose();
    engine.runtime.throwErrors();
    return values;
  };
  const leaves = (t: Tensor): Tensor[] => (t.source ? t.source.inputs.flatMap(leaves) : [t]);
  const { target } = engine?.runtime.open ?? {};
  const cases: [string, boolean, CrossEntropyOptions][] = [
    ["labels", false, {}],
    ["labels, smoothed, weighted", false, { labelSmoothing: 0.2, weight: weight() }],
    ["soft labels", true, { labelSmoothing: 0.1, reduction: "sum", weight: weight() }],
  ];
  const loss = (logits: Tensor, soft: boolean, options: CrossEntropyOptions) =>
    softmaxCrossEntropy(logits, soft ? tensor(softLabels, [rows, classes]) : tensor(hard), options);
  const at = (shift = 0, along?: Float32Array) =>
    tensor(
      wave(rows * classes, 1.3).map((v, i) => v + shift * (along?.[i] ?? 0)),
      [rows, classes],
    );

  describe.each([true, false])("for a device with cpu %s", (cpu) => {
    test.each(cases)("%s: the gradient of the shared pass is the one computed alone", async (_, soft, options) => {
      const logits = at();
      const l = loss(logits, soft, options);
      const [shared] = gradients(l, [logits]);
      const [alone] = gradients(l, [logits], tensor([3], []));
      const [a, b] = await run([shared!, alone!], { ...target!, cpu });
      a!.forEach((v, i) => {
        expect(3 * v).toBeCloseTo(b![i]!, 5);
      });
    });

    test.each(cases)("%s: second derivatives are those of the gradient's differences", async (_, soft, options) => {
      const v = wave(rows * classes, 2.1);
      const direction = tensor(v, [rows, classes]);
      const logits = at();
      // Once through the shared pass, once through the gradient alone: l² has the Hessian 2·(l·H + g·gᵀ).
      const l = loss(logits, soft, options);
      const product = (y: Tensor) => gradients(sum(mul(gradients(y, [logits])[0]!, direction)), [logits])[0]!;
      const [ofLoss, ofSquare] = await run([product(l), product(square(l))], { ...target!, cpu });
      const step = 1e-2;
      const gradientsAt = async (shift: number) => {
        const moved = at(shift, v);
        const m = loss(moved, soft, options);
        return await run([gradients(m, [moved])[0]!, gradients(square(m), [moved])[0]!], { ...target!, cpu });
      };
      const [low, high] = [await gradientsAt(-step), await gradientsAt(step)];
      [ofLoss!, ofSquare!].forEach((values, which) => {
        const scale = Math.max(...values.map(Math.abs));
        values.forEach((value, i) => {
          const expected = (high[which]![i]! - low[which]![i]!) / (2 * step);
          expect(Math.abs(value - expected)).toBeLessThan(5e-3 * scale);
        });
      });
    });
  });

  test("masks of −∞ do no harm, and rows that do not count give 0", async () => {
    const values = wave(rows * classes, 1.3);
    for (let i = 0; i < values.length; i++) if (i % classes < 3 && i >= classes) values[i] = Number.NEGATIVE_INFINITY;
    for (const cpu of [true, false]) {
      const logits = tensor(values, [rows, classes]);
      const each = softmaxCrossEntropy(logits, tensor(hard), { reduction: "none" });
      const [losses, slopes] = await run([each, gradients(sum(each), [logits])[0]!], { ...target!, cpu });
      expect(losses!.filter((v, r) => r !== 0 && r !== 4 && !(v >= 0 && v < 20))).toHaveLength(0);
      expect(losses![2]).toBe(0);
      expect([...slopes!.subarray(2 * classes, 3 * classes)].every((v) => v === 0)).toBe(true);
      expect([...slopes!].every((v) => Math.abs(v) <= 1)).toBe(true);
    }
  });

  test("gradients of a sum of two losses of the same logits add up", async () => {
    const logits = at();
    const l = loss(logits, false, {});
    const [twice, once] = await run(
      [gradients(add(l, loss(logits, false, {})), [logits])[0]!, gradients(l, [logits])[0]!],
      target!,
    );
    once!.forEach((v, i) => {
      expect(twice![i]).toBeCloseTo(2 * v, 5);
    });
  });
});
