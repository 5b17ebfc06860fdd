import { concat } from "../../src/ops/concat";
import { mul } from "../../src/ops/mul";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axis: number; computed?: boolean }>({
  samples: [
    {
      inputs: [
        [3, 5],
        [3, 2],
      ],
      attrs: { axis: 1 },
    },
    { inputs: [[1], [1]], attrs: { axis: 0 } },
    {
      inputs: [
        [2, 3, 4],
        [1, 3, 4],
        [5, 3, 4],
      ],
      attrs: { axis: 0 },
    },
    {
      inputs: [
        { shape: [3], dtype: "i32", range: [-9, 9] },
        { shape: [2], dtype: "i32", range: [-9, 9] },
      ],
      attrs: { axis: 0 },
      note: "i32",
    },
    {
      inputs: [
        [2, 4],
        [2, 8],
        [2, 12],
      ],
      attrs: { axis: 1 },
      note: "by fours",
    },
    {
      inputs: [
        [4, 1],
        [4, 3],
        [4, 2],
      ],
      attrs: { axis: 1 },
      note: "fours across operands",
    },
    {
      inputs: [
        [132, 100],
        [132, 155],
      ],
      attrs: { axis: 1 },
      note: "the same, several results an invocation on CPUs",
      vjp: false,
    },
    {
      inputs: [
        [132, 100],
        [132, 156],
      ],
      attrs: { axis: 1 },
      note: "the same by fours",
      vjp: false,
    },
    {
      inputs: [
        [91, 45],
        [91, 46],
      ],
      attrs: { axis: 1 },
      note: "the same by single elements",
      vjp: false,
    },
    { inputs: Array.from({ length: 13 }, (_, n) => [2, 1 + (n % 3)]), attrs: { axis: 1 }, note: "three launches" },
    {
      inputs: [
        [3, 4],
        [3, 8],
      ],
      attrs: { axis: 1, computed: true },
      note: "computed in its places",
    },
    {
      inputs: [
        [200, 100],
        [200, 244],
      ],
      attrs: { axis: 1, computed: true },
      note: "the same, several results an invocation on CPUs",
      vjp: false,
    },
  ],
  build: (inputs, { axis, computed }) => concat(computed ? inputs.map((x, n) => mul(x, n + 1)) : inputs, axis),
  reference(inputs, { axis, computed }) {
    const total = inputs.reduce((n, x) => n + x.shape[axis]!, 0);
    return tabulate(
      inputs[0]!.shape.map((n, d) => (d === axis ? total : n)),
      (at) => {
        let i = at[axis]!;
        const x = inputs.find((candidate) => {
          if (i < candidate.shape[axis]!) return true;
          i -= candidate.shape[axis]!;
          return false;
        });
        return element(x!, at.with(axis, i)) * (computed ? inputs.indexOf(x!) + 1 : 1);
      },
    );
  },
});
