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
const NAMES = ["cumsum", "gather", "pad", "scatterAdd", "upsample2d", "warp"];

/** Each element times a factor of its own, ½ … 1. */
function slanted(x: Tensor): Tensor {
  if (x.dtype !== "f32") return x;
  return mul(x, reshape(add(mul(cast(arange(x.size), "f32"), 0.5 / x.size), 0.5), x.shape));
}

const slantedReference = ({ data, shape }: Reference): Reference => ({
  data: data.map((v, i) => v * (0.5 + (i * 0.5) / numel(shape))),
  shape,
});

/** The op with its inputs and its result slanted. */
const within = (c: OpCase, isFloat: readonly boolean[]): OpCase => ({
  ...c,
  build: (inputs, attrs) => slanted(c.build(inputs.map(slanted), attrs)),
  reference: (inputs, attrs) =>
    slantedReference(
      c.reference(
        inputs.map((r, i) => (isFloat[i] ? slantedReference(r) : r)),
        attrs,
      ),
    ),
});

const { runtime: opened, reason } = await nodeRuntime();

describe.skipIf(!opened)(`kernels among pointwise ops${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const { target } = opened?.open ?? {};
  const targets = target ? [target, { ...target, cpu: !target.cpu }] : [];

  describe.each(targets)("for a device with cpu $cpu", (target) => {
    test.each(cases.filter(([name]) => NAMES.includes(name)))("%s", async (_, c) => {
      const problems: string[] = [];
      for (const sample of c.samples.filter(({ vjp }) => vjp !== false).slice(0, 4)) {
        const isFloat = sample.inputs.map((i) => !("dtype" in i) || i.dtype === "f32");
        const found = await runSample(runtime, within(c, isFloat), sample, { target });
        problems.push(...found.map((p) => `${JSON.stringify(sample)}: ${p}`));
      }
      expect(problems).toEqual([]);
      runtime.throwErrors();
    });
  });
});
