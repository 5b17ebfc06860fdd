// Eager code finds its plan again by the structure of its graph: equal code gives equal keys, other ops other ones.
import { expect, test } from "vitest";
import { structureOf } from "../../src/graph/structure";
import { feed, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { add, cast, gelu, gradients, sub, sum, tensor } from "../../src/index";
import { partialGradients } from "../../src/optim/gradients";
import { cases } from "../ops/cases";
import type { OpCase } from "../ops/opCase";

const keyOf = (make: () => readonly Tensor[]): string => {
  const { result, updates } = trace(make);
  return structureOf(result, updates).key;
};

const withGradients = (c: OpCase) => () => {
  const { inputs, attrs = {} } = c.samples[0]!;
  const leaves = inputs.map((i, n) => {
    const { shape, dtype = "f32" } = "shape" in i ? i : { shape: i };
    return feed(`in${n}`, { shape, dtype });
  });
  const out = c.build(leaves, attrs);
  const wrt = leaves.filter((t) => t.dtype === "f32");
  if (out.dtype !== "f32") return [out];
  const seed = feed("seed", { shape: out.shape, dtype: "f32" });
  return [out, ...partialGradients(out, wrt, seed).filter((t) => t !== null)];
};

test.each(cases)("%s, written twice, has one structure", (_, c) => {
  expect(keyOf(withGradients(c))).toBe(keyOf(withGradients(c)));
});

test("ops of one name are told apart, forward and back", () => {
  const x = tensor([1, 2, 3]);
  const casts = (["i32", "u32", "f16"] as const).map((dtype) => keyOf(() => [cast(x, dtype)]));
  expect(new Set(casts).size).toBe(3);
  const forms = (["none", "tanh"] as const).map((approximate) =>
    keyOf(() => gradients(sum(gelu(x, { approximate })), [x]) as Tensor[]),
  );
  expect(new Set(forms).size).toBe(2);
});

test("what an op reads, and in which order, is part of it", () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  const keys = [() => sub(a, add(a, b)), () => sub(add(a, b), a), () => sub(b, add(a, b))].map((make) =>
    keyOf(() => [make()]),
  );
  expect(new Set(keys).size).toBe(3);
});
