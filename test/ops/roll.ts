import { roll } from "../../src/ops/roll";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ shifts: number | number[]; axes?: number | number[] }>({
  samples: [
    { inputs: [[3, 5]], attrs: { shifts: 2, axes: 1 } },
    { inputs: [[1]], attrs: { shifts: 3, axes: 0 } },
    { inputs: [[3, 2, 4]], attrs: { shifts: [-1, 1], axes: [0, -2] }, note: "by fours" },
    { inputs: [[3, 3]], attrs: { shifts: 4 }, note: "as if flat" },
    {
      inputs: [{ shape: [7], dtype: "i32", range: [-9, 9] }],
      attrs: { shifts: [2, 3], axes: [0, 0] },
      note: "i32, twice",
    },
  ],
  build: ([x], { shifts, axes }) => roll(x!, shifts, axes),
  reference([x], { shifts, axes }) {
    const { shape } = x!;
    if (axes === undefined) {
      const n = x!.data.length;
      return { shape, data: x!.data.map((_, i) => x!.data[(((i - Number(shifts)) % n) + n) % n]!) };
    }
    const along = [axes].flat().map((a) => (a + shape.length) % shape.length);
    const by = shape.map((_, d) => [shifts].flat().reduce((sum, s, i) => sum + (along[i] === d ? s : 0), 0));
    return tabulate(shape, (at) =>
      element(
        x!,
        at.map((i, d) => (((i - by[d]!) % shape[d]!) + shape[d]!) % shape[d]!),
      ),
    );
  },
});
