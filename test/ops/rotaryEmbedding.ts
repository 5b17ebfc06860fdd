import { type RotaryOptions, rotaryEmbedding } from "../../src/ops/rotaryEmbedding";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<RotaryOptions>({
  samples: [
    { inputs: [[2, 3, 5, 6]] },
    { inputs: [[1, 2]], note: "one pair, at position 0" },
    { inputs: [[2, 7, 3, 4]], attrs: { axis: 1, base: 100 } },
    { inputs: [[2, 3, 2, 24]], attrs: { axis: 1 }, note: "by fours" },
    { inputs: [[2, 3, 5, 16]], note: "by fours along rows" },
    { inputs: [[3, 10]], attrs: { offset: 100_000 }, note: "angles of many turns" },
  ],
  build: ([x], attrs) => rotaryEmbedding(x!, attrs),
  reference([x], { base = 10000, offset = 0, axis = -2 }) {
    const rank = x!.shape.length;
    const half = x!.shape.at(-1)! / 2;
    return tabulate(x!.shape, (at) => {
      const i = at.at(-1)! % half;
      const angle = (at[axis < 0 ? rank + axis : axis]! + offset) * base ** ((-2 * i) / (2 * half));
      const [a, b] = [i, i + half].map((c) => element(x!, at.with(-1, c)));
      return at.at(-1)! < half
        ? Math.cos(angle) * a! - Math.sin(angle) * b!
        : Math.sin(angle) * a! + Math.cos(angle) * b!;
    });
  },
});
