// What is chosen where lanes are few: looking through a million entries to sort them takes a hundred times as long as adding them up.
import { expect, test } from "vitest";
import { feed } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { alongAxis } from "../../src/ops/gather";
import { op } from "../../src/ops/scatterAdd";

const kernels = (columns: number, m: number, cpu: boolean) => {
  const index = feed("index", { shape: [m, columns], dtype: "i32" });
  const source = feed("source", { shape: [m, columns], dtype: "f32" });
  const shape = [1024, columns];
  const out = feed("out", { shape, dtype: "f32" });
  const dims = alongAxis(shape, 0, m);
  const dispatches = op.lower([index, source], [out], { shape, dims }, { ...BASELINE_TARGET, cpu });
  return dispatches.map(({ variant }) => variant.name.replace(/[^a-z_].*/, ""));
};

test.each([1, 3, 128, 1024])("a CPU sorts no entries of %i columns", (columns) => {
  expect(kernels(columns, 8192, true)).toEqual([columns < 16 ? "scatter_columns" : "scatter_elements"]);
});

test("a GPU sorts the entries of few columns", () => {
  expect(kernels(128, 8192, false).at(-1)).toMatch(/^segment_sum/);
});
