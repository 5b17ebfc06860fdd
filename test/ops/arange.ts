import type { DType } from "../../src/core/dtype";
import { add } from "../../src/ops/add";
import { arange } from "../../src/ops/arange";
import { opCase } from "./opCase";

interface Attrs {
  start: number;
  end?: number;
  step?: number;
  dtype?: DType;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[5]], attrs: { start: 5, dtype: "f32" } },
    { inputs: [[1]], attrs: { start: 2.5, end: 3 } },
    { inputs: [[4]], attrs: { start: 1, end: 0, step: -0.3 } },
    { inputs: [{ shape: [3], dtype: "i32", range: [0, 9] }], attrs: { start: -2, end: 4, step: 2 }, note: "i32" },
    { inputs: [{ shape: [3], dtype: "u32", range: [0, 9] }], attrs: { start: 7, end: 10, dtype: "u32" }, note: "u32" },
  ],
  build: ([x], { start, end, step, dtype }) => add(x!, arange(start, end, step, dtype)),
  reference: ([x], { start, end, step = 1 }) => ({
    ...x!,
    data: x!.data.map((v, i) => v + (end === undefined ? 0 : start) + i * step),
  }),
});
