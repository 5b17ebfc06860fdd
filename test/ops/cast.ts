import { INTEGER_RANGE, type WordType } from "../../src/core/dtype";
import { cast } from "../../src/ops/cast";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

/** Floats are truncated and held to the range; integers wrap. */
function converted(x: number, from: WordType, to: WordType): number {
  if (to === "f32") return Math.fround(x);
  if (from !== "f32") return to === "i32" ? x | 0 : x >>> 0;
  return Math.min(Math.max(Math.trunc(x), INTEGER_RANGE[to][0]), INTEGER_RANGE[to][1]);
}

export default opCase<{ from: WordType; to: WordType }>({
  samples: [
    {
      inputs: [{ shape: [7], dtype: "f32", values: [0, 1.9, -1.9, 0.5, -0.5, 1e6, -1e6] }],
      attrs: { from: "f32", to: "i32" },
    },
    {
      inputs: [{ shape: [7], dtype: "f32", values: [0, 1.9, -1.9, 0.5, 7, 3e9, -1e6] }],
      attrs: { from: "f32", to: "u32" },
    },
    { inputs: [{ shape: [2], dtype: "f32", values: [3e9, -3e9] }], attrs: { from: "f32", to: "i32" } },
    { inputs: [{ shape: [5], dtype: "i32", values: [0, -1, 5, -7, 16777217] }], attrs: { from: "i32", to: "f32" } },
    { inputs: [{ shape: [5], dtype: "u32", values: [0, 1, 5, 7, 4000000000] }], attrs: { from: "u32", to: "f32" } },
    { inputs: [{ shape: [4], dtype: "i32", values: [0, -1, 5, -7] }], attrs: { from: "i32", to: "u32" } },
    { inputs: [{ shape: [5], dtype: "u32", values: [0, 1, 4294967295, 7, 5] }], attrs: { from: "u32", to: "i32" } },
    { inputs: [{ shape: [1], dtype: "f32", values: [0.25] }], attrs: { from: "f32", to: "f32" } },
  ],
  build: ([x], { to }) => cast(x!, to),
  reference: (inputs, { from, to }) => elementwise(inputs, (x) => converted(x, from, to)),
});
