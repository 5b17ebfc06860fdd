// Where several elements are the maximum, central differences say nothing: the rule is written out here.
import { afterAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../src/gpu/runtime";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { adaptiveMaxPool2d } from "../../src/ops/adaptiveMaxPool2d";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute, given } from "./compute";

const { runtime: opened } = await nodeRuntime();

describe.skipIf(!opened)("adaptive max pooling", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());
  const gradient = async (size: number) => {
    const x = given([1, 1, 3, 3], () => 1);
    const y = adaptiveMaxPool2d(x[0], size);
    const seed = given(y.shape, (i) => i + 1);
    return [...(await compute(runtime, BASELINE_TARGET, gradients(y, [x[0]], seed[0]), [x, seed]))[0]!];
  };
  test("the first maximum of each bin takes its gradient", async () => {
    expect(await gradient(2)).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
  });
  test("one bin shares it among all", async () => {
    expect(await gradient(1)).toEqual(Array.from({ length: 9 }, () => expect.closeTo(1 / 9, 6)));
  });
});
