import { recurrence } from "../../src/ops/recurrence";
import { network } from "../reference/recurrent";
import { joined } from "../reference/recurrentCase";
import { opCase, type Reference } from "./opCase";
import { tabulate } from "./reference";

interface Attrs {
  cell: "lstm" | "gru" | "tanh" | "relu";
  /** Which optional inputs follow x and the weight, in this order. */
  given?: ("h0" | "c0" | "bias" | "lengths")[];
  reverse?: boolean;
  batchFirst?: boolean;
}

const byName = <T>(values: readonly T[], { given = [] }: Attrs) =>
  Object.fromEntries(given.map((name, i) => [name, values[i + 2]])) as { [K in "h0" | "c0" | "bias" | "lengths"]?: T };

const identity = (n: number) => tabulate([n, n], ([i, j]) => Number(i === j));

const lengths = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });

export default opCase<Attrs>({
  samples: [
    {
      inputs: [[3, 3, 20], [20, 5], [3, 5], [3, 5], lengths(2, 3, 1)],
      attrs: { cell: "lstm", given: ["h0", "c0", "lengths"], reverse: true },
    },
    {
      inputs: [
        [1, 1, 4],
        [4, 1],
      ],
      attrs: { cell: "lstm" },
      note: "one step, one unit",
    },
    {
      inputs: [[3, 4, 24], [24, 8], [3, 8], [24], lengths(9, 0, 2)],
      attrs: { cell: "gru", given: ["h0", "bias", "lengths"], batchFirst: true },
      note: "lengths out of range",
    },
    { inputs: [[4, 2, 8], [8, 8], [2, 8], lengths(4, 2)], attrs: { cell: "tanh", given: ["h0", "lengths"] } },
    {
      inputs: [
        [3, 2, 3],
        [3, 3],
      ],
      attrs: { cell: "relu", reverse: true },
    },
    {
      inputs: [
        [3, 18, 144],
        [144, 36],
      ],
      attrs: { cell: "lstm" },
      note: "more rows than a tile",
      vjp: false,
    },
    {
      inputs: [
        [2, 2, 99],
        [99, 33],
      ],
      attrs: { cell: "gru" },
      vjp: false,
    },
    {
      inputs: [
        [2, 3, 300],
        [300, 300],
      ],
      attrs: { cell: "tanh" },
      note: "more units than a workgroup",
      vjp: false,
    },
  ],
  build(inputs, attrs) {
    const { cell, reverse = false, batchFirst = false } = attrs;
    const { output, hN, cN } = recurrence(cell, inputs[0]!, inputs[1]!, {
      ...byName(inputs, attrs),
      reverse,
      batchFirst,
    });
    return joined([output, hN, ...(cN ? [cN] : [])]);
  },
  reference(inputs, attrs) {
    const { cell, reverse, batchFirst } = attrs;
    const { h0, c0, bias, lengths } = byName<Reference>(inputs, attrs);
    const [x, hh] = inputs as [Reference, Reference];
    const ih = identity(hh.shape[0]!);
    return network(x, { cell, layers: [{ ih, hh, bias: [undefined, bias] }], reverse, batchFirst, h0, c0, lengths });
  },
});
