import { categorical } from "../../src/ops/categorical";
import { opCase } from "./opCase";
import { counted, drawn, generatorAt, openUnit, wordOf } from "./random";

export default opCase<object>({
  samples: [
    { inputs: [{ shape: [37, 5], range: [-2, 2] }, generatorAt(42, 0)] },
    { inputs: [[1], generatorAt(0, 3)], note: "one class" },
    { inputs: [{ shape: [4], values: [-1e30, -1e30, 0, -1e30] }, generatorAt(3, 3)], note: "one possible class" },
    { inputs: [{ shape: [2, 3, 131], range: [-1, 1] }, generatorAt(1, 7)], note: "more classes than a workgroup" },
    { inputs: [{ shape: [9, 33], range: [100, 101] }, generatorAt(2, 7)], note: "fewer pairs than lanes" },
  ],
  build: ([logits, state]) => drawn(state!, (generator) => categorical(logits!, { generator })),
  reference: ([logits, state]) => {
    const classes = logits!.shape.at(-1)!;
    const pairs = Math.ceil(classes / 2);
    return counted(logits!.shape.slice(0, -1), (row) => {
      const gumbel = (c: number) => -Math.log(-Math.log1p(-openUnit(wordOf(state!, 2 * pairs * row + c))));
      const scores = Array.from({ length: classes }, (_, c) => logits!.data[row * classes + c]! + gumbel(c));
      return scores.indexOf(Math.max(...scores));
    });
  },
  tolerance: 0,
});
