import { stack } from "../../src/ops/stack";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

const i32 = { shape: [3], dtype: "i32" as const, range: [-9, 9] as const };

export default opCase<{ axis?: number }>({
  halves: false, // what is joined must be of one dtype
  samples: [
    {
      inputs: [
        [3, 5],
        [3, 5],
        [3, 5],
      ],
      attrs: { axis: 1 },
    },
    { inputs: [[1], [1]] },
    { inputs: [[], [], []], note: "scalars" },
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      attrs: { axis: -1 },
    },
    { inputs: [i32, i32], attrs: { axis: 0 }, note: "i32" },
  ],
  build: (inputs, { axis }) => stack(inputs, axis),
  reference(inputs, { axis = 0 }) {
    const { shape } = inputs[0]!;
    const d = axis < 0 ? axis + shape.length + 1 : axis;
    return tabulate(shape.toSpliced(d, 0, inputs.length), (at) => element(inputs[at[d]!]!, at.toSpliced(d, 1)));
  },
});
