import { labelWeights } from "../../src/ops/labelWeights";
import { opCase } from "./opCase";

const labels = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });
const weight = { shape: [3], values: [0.5, 2, 7] };

export default opCase<{ classes: number; ignoreIndex?: number }>({
  halves: false, // weights are f32
  samples: [
    { inputs: [labels(0, 2, -1, 1, 3, 2, -100)], attrs: { classes: 3 } },
    { inputs: [labels(0)], attrs: { classes: 1, ignoreIndex: 0 } },
    { inputs: [labels(0, 2, -1, 1, 3, 2, 2_000_000_000), weight], attrs: { classes: 3 }, vjp: false },
    { inputs: [labels(0, 2, -1, 1, 3, 2, 2, 1), weight], attrs: { classes: 3 }, note: "by fours", vjp: false },
    {
      inputs: [{ shape: [32772], dtype: "i32", range: [-1, 4] }, weight],
      attrs: { classes: 3 },
      note: "several results an invocation on CPUs",
      vjp: false,
    },
    { inputs: [labels(1, 2, 0), weight], attrs: { classes: 3, ignoreIndex: 2 }, vjp: false },
  ],
  build: ([l, weight], attrs) => labelWeights(l!, { ...attrs, weight }),
  reference: ([l, weight], { classes, ignoreIndex = -1 }) => ({
    shape: l!.shape,
    data: l!.data.map((c) => (c >= 0 && c < classes && c !== ignoreIndex ? (weight?.data[c] ?? 1) : 0)),
  }),
});
