// Kernels with pointwise ops before and behind them, and behind their gradients': what is hung on a kernel must meet each element in its place.
import { afterAll, describe, expect, test } from "vitest";
import { numel } from "../src/core/shape";
import type { Runtime } from "../src/gpu/runtime";
import type { Tensor } from "../src/graph/tensor";
import { add } from "../src/ops/add";
import { arange } from "../src/ops/arange";
import { cast } from "../src/ops/cast";
import { mul } from "../src/ops/mul";
import { reshape } from "../src/ops/reshape";
import { nodeRuntime } from "./device";
import { cases } from "./ops/cases";
import type { OpCase, Reference } from "./ops/opCase";
import { runSample } from "./ops/runCase";

/** Ops whose kernels, or those of whose gradients, finish elements by what is hung on them. */
const NAMES =
  "adaptiveAvgPool2d adaptiveMaxPool2d avgPool2d cumsum embedding gather layerNorm logSoftmax maxPool2d nllLoss pad prod scatterAdd softmax upsample2d warp".split(
    " ",
  );

/** Each element times a factor of its own, ½ … 1. */
function slanted(x: Tensor): Tensor {
  if (x.dtype !== "f32") return x;
  return mul(x, reshape(add(mul(cast(arange(x.size), "f32"), 0.5 / x.size), 0.5), x.shape));
}

const slantedReference = ({ data, shape }: Reference): Reference => ({
  data: data.map((v, i) => v * (0.5 + (i * 0.5) / numel(shape))),
  shape,
});

/** The op with its result slanted, and those inputs that may be anything. */
function within(c: OpCase, isFree: readonly boolean[]): OpCase {
  let isFloat = true;
  return {
    ...c,
    build(inputs, attrs) {
      const out = c.build(
        inputs.map((x, i) => (isFree[i] ? slanted(x) : x)),
        attrs,
      );
      isFloat = out.dtype === "f32";
      return slanted(out);
    },
    reference(inputs, attrs) {
      const out = c.reference(
        inputs.map((r, i) => (isFree[i] ? slantedReference(r) : r)),
        attrs,
      );
      return isFloat ? slantedReference(out) : out;
    },
  };
}

const { runtime: opened, reason } = await nodeRuntime();

describe.skipIf(!opened)(`kernels among pointwise ops${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const { target } = opened?.open ?? {};
  const targets = target ? [target, { ...target, cpu: !target.cpu }] : [];

  describe.each(targets)("for a device with cpu $cpu", (target) => {
    test.each(cases.filter(([name]) => NAMES.includes(name)))("%s", async (_, c) => {
      const problems: string[] = [];
      for (const sample of c.samples) {
        const isFree = sample.inputs.map((i) => Array.isArray(i) || !("dtype" in i || "values" in i));
        const found = await runSample(runtime, within(c, isFree), sample, { target });
        problems.push(...found.map((p) => `${JSON.stringify(sample)}: ${p}`));
      }
      expect(problems).toEqual([]);
      runtime.throwErrors();
    });
  });
});
