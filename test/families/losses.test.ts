// A loss that hides a NaN lets training go on with numbers that mean nothing.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { data, type Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { bce } from "../../src/ops/bce";
import { bceWithLogits } from "../../src/ops/bceWithLogits";
import { full } from "../../src/ops/full";
import { hingeLoss } from "../../src/ops/hingeLoss";
import { huberLoss } from "../../src/ops/huberLoss";
import { klDiv } from "../../src/ops/klDiv";
import { l1Loss } from "../../src/ops/l1Loss";
import { mseLoss } from "../../src/ops/mseLoss";
import { nllLoss } from "../../src/ops/nllLoss";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute } from "./compute";

const { runtime: opened } = await nodeRuntime();

const runtime = opened as Runtime;
afterAll(() => runtime?.destroy());

/** NaN as JavaScript has it, and as processors make it of ∞ − ∞. */
const [POSITIVE_NAN, NEGATIVE_NAN] = [0x7fc00000, 0xffc00000];

const ROWS = ["numbers", "NaN first", "NaN at the label", "NaN last", "NaN only", "masks", "masks only", "ignored NaN"];
const IS_NAN = ROWS.map((row) => row.startsWith("NaN"));
const LABELS = ROWS.map((row) => (row === "ignored NaN" ? -1 : 1));

function logitsOf(classes: number): Tensor {
  const values = Float32Array.from({ length: ROWS.length * classes }, (_, i) => Math.sin(i));
  const bits = new Uint32Array(values.buffer);
  const at = (row: string, c: number) => ROWS.indexOf(row) * classes + c;
  bits[at("NaN first", 0)] = POSITIVE_NAN;
  bits[at("NaN at the label", 1)] = NEGATIVE_NAN;
  bits[at("NaN last", classes - 1)] = NEGATIVE_NAN;
  bits[at("ignored NaN", 2)] = POSITIVE_NAN;
  bits.fill(POSITIVE_NAN, at("NaN only", 0), at("NaN only", classes));
  values.fill(-Infinity, at("masks", 2), at("masks", classes));
  values.fill(-Infinity, at("masks only", 0), at("masks only", classes));
  return data({ shape: [ROWS.length, classes], dtype: "f32" }, values);
}

const classLabels = () => data({ shape: [ROWS.length], dtype: "i32" }, Int32Array.from(LABELS));

/** The labels as probabilities: none of a row that is ignored. */
const softLabels = (classes: number) =>
  data(
    { shape: [ROWS.length, classes], dtype: "f32" },
    Float32Array.from({ length: ROWS.length * classes }, (_, i) =>
      Number(i % classes === LABELS[Math.floor(i / classes)]),
    ),
  );

describe.skipIf(!opened).each([true, false])("softmaxCrossEntropy for a device with cpu %s", (cpu) => {
  const target = { ...(opened?.open.target ?? BASELINE_TARGET), cpu };

  /** A loss, and of each row how many of its slopes by the logits are NaN. */
  async function made(classes: number, loss: (logits: Tensor) => Tensor) {
    const x = logitsOf(classes);
    const out = loss(x);
    const outputs = [out, ...gradients(out, [x], full(out.shape, 1))];
    const [losses, slopes] = await compute(runtime, target, outputs, []);
    const nans = ROWS.map((_, r) => slopes!.subarray(r * classes, (r + 1) * classes).filter(Number.isNaN).length);
    return { losses: [...losses!], nans };
  }

  // Rows of each length have a kernel of their own.
  test.each([10, 12, 36, 77, 260, 1031])(
    "a NaN among %i logits makes the row's loss and slopes NaN",
    async (classes) => {
      const { losses, nans } = await made(classes, (x) => softmaxCrossEntropy(x, classLabels(), { reduction: "none" }));
      expect(losses.map(Number.isNaN)).toEqual(IS_NAN);
      expect(nans).toEqual(IS_NAN.map((is) => (is ? classes : 0)));
      // −∞ is no NaN.
      const [a, b] = [ROWS.indexOf("masks") * classes, ROWS.indexOf("masks") * classes + 1].map(Math.sin);
      expect(losses[ROWS.indexOf("masks")]).toBeCloseTo(Math.log(1 + Math.exp(a! - b!)), 4);
      expect(losses[ROWS.indexOf("masks only")]).toBeCloseTo(Math.log(classes), 4);
      expect(losses[ROWS.indexOf("ignored NaN")]).toBe(0);
    },
  );

  test("a NaN among logits with soft labels", async () => {
    const { losses, nans } = await made(10, (x) => softmaxCrossEntropy(x, softLabels(10), { reduction: "none" }));
    const isHit = ROWS.map((row) => row.includes("NaN")); // soft labels ignore none
    expect(losses.map(Number.isNaN)).toEqual(isHit);
    expect(nans).toEqual(isHit.map((is) => (is ? 10 : 0)));
  });

  test("a NaN among the logits of few short rows, in their one loss", async () => {
    const { losses, nans } = await made(10, (x) => softmaxCrossEntropy(x, classLabels()));
    expect(losses).toEqual([NaN]);
    expect(nans).toEqual(IS_NAN.map((is) => (is ? 10 : 0)));
  });
});

describe.skipIf(!opened)("losses of elements", () => {
  const pair = (bits: number) => {
    const values = Float32Array.of(0.5, 0);
    new Uint32Array(values.buffer)[1] = bits;
    return data({ shape: [2], dtype: "f32" }, values);
  };
  const losses: ((x: Tensor, t: Tensor, options: { reduction: "none" }) => Tensor)[] = [
    bce,
    bceWithLogits,
    hingeLoss,
    huberLoss,
    klDiv,
    l1Loss,
    mseLoss,
  ];
  test.each(losses.map((loss) => [loss.name, loss] as const))("%s of a NaN is NaN", async (_, loss) => {
    const number = data({ shape: [2], dtype: "f32" }, Float32Array.of(0.5, 0.5));
    const made = [POSITIVE_NAN, NEGATIVE_NAN].flatMap((bits) => {
      const [x, t] = [pair(bits), pair(bits)];
      return [loss(x, number, { reduction: "none" }), loss(number, t, { reduction: "none" })];
    });
    for (const out of await compute(runtime, opened!.open.target, made, [])) {
      expect([...out].map(Number.isNaN)).toEqual([false, true]);
    }
  });

  test.each([
    ["bce", 0, bce],
    ["huberLoss", 0, huberLoss],
    ["klDiv", 1, klDiv],
    ["mseLoss", 0, mseLoss],
  ] as const)("the slope of %s by a NaN is NaN", async (_, operand, loss) => {
    const of = pair(NEGATIVE_NAN);
    const number = data({ shape: [2], dtype: "f32" }, Float32Array.of(0.25, 0.5));
    const out = operand ? loss(number, of) : loss(of, number);
    const [made] = await compute(runtime, opened!.open.target, gradients(out, [of]), []);
    expect([...made!].map(Number.isNaN)).toEqual([false, true]);
  });

  const of = (...values: number[]) => data({ shape: [values.length], dtype: "f32" }, Float32Array.from(values));
  const slopesOf = async (loss: Tensor, x: Tensor, t: Tensor) => {
    const made = await compute(
      runtime,
      opened!.open.target,
      [loss, ...gradients(loss, [x, t], full(loss.shape, 1))],
      [],
    );
    return made.map((values) => [...values].map((v) => v + 0)); // 0 for −0
  };

  test("klDiv has slope 0 by a target of 0, and −t by x", async () => {
    const [x, t] = [of(-0.5, -0.5), of(0, 1)];
    const [loss, byX, byT] = await slopesOf(klDiv(x, t, { reduction: "none" }), x, t);
    expect([loss, byX, byT]).toEqual([
      [0, 0.5],
      [0, -1],
      [0, 1.5],
    ]);
  });

  test("hingeLoss has slope 0 at a margin of exactly 1", async () => {
    const [x, y] = [of(1, -1, 0.5), of(1, -1, 1)];
    expect(await slopesOf(hingeLoss(x, y, { reduction: "none" }), x, y)).toEqual([
      [0, 0, 0.5],
      [0, 0, -1],
      [0, 0, -0.5],
    ]);
  });

  test("huberLoss of an infinity is ∞, and pulls no harder than delta", async () => {
    const [x, t] = [of(Infinity, -Infinity, 1, 3), of(0, 0, Infinity, 1)];
    expect(await slopesOf(huberLoss(x, t, { reduction: "none", delta: 2 }), x, t)).toEqual([
      [Infinity, Infinity, Infinity, 2],
      [2, -2, -2, 2],
      [-2, 2, 2, -2],
    ]);
  });

  test("nllLoss of a NaN at the label is NaN", async () => {
    const x = data({ shape: [2, 1], dtype: "f32" }, Float32Array.of(-1, NaN));
    const out = nllLoss(x, data({ shape: [2], dtype: "i32" }, Int32Array.of(0, 0)), { reduction: "none" });
    const [made] = await compute(runtime, opened!.open.target, [out], []);
    expect([...made!]).toEqual([1, NaN]);
  });
});
