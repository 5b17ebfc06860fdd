import { linspace } from "../../src/ops/linspace";
import { mul } from "../../src/ops/mul";
import { opCase } from "./opCase";

export default opCase<{ start: number; end: number }>({
  samples: [
    { inputs: [[5]], attrs: { start: -1, end: 3 } },
    { inputs: [[1]], attrs: { start: 2, end: 9 } },
  ],
  build: ([x], { start, end }) => mul(x!, linspace(start, end, x!.size)),
  reference: ([x], { start, end }) => ({
    ...x!,
    data: x!.data.map((v, i, { length }) => v * (length === 1 ? start : start + ((end - start) * i) / (length - 1))),
  }),
});
