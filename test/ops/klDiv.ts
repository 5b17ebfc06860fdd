import { type KlDivOptions, klDiv } from "../../src/ops/klDiv";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

const input = (...shape: number[]) => ({ shape, range: [-3, -0.1] as const });
const target = (...shape: number[]) => ({ shape, range: [0.05, 1] as const });

export default opCase<KlDivOptions>({
  samples: [
    { inputs: [input(7, 3), target(7, 3)] },
    { inputs: [input(1), target(1)] },
    { inputs: [input(5, 4), target(5, 4)], attrs: { reduction: "batchMean" } },
    { inputs: [input(3, 3), input(3, 3)], attrs: { logTarget: true, reduction: "sum" } },
    {
      inputs: [input(4), { shape: [4], values: [0, 0.5, 0, 0.5] }],
      attrs: { reduction: "none" },
      vjp: false,
      note: "targets of 0",
    },
  ],
  build: ([x, t], attrs) => klDiv(x!, t!, attrs),
  reference(inputs, { reduction, logTarget }) {
    const losses = elementwise(inputs, (x, t) =>
      logTarget ? Math.exp(t!) * (t! - x!) : t === 0 ? 0 : t! * (Math.log(t!) - x!),
    );
    if (reduction !== "batchMean") return joined(losses, reduction);
    return { data: joined(losses, "sum").data.map((v) => v / losses.shape[0]!), shape: [] };
  },
});
