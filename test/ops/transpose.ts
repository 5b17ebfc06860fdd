import { add } from "../../src/ops/add";
import { mul } from "../../src/ops/mul";
import { relu } from "../../src/ops/relu";
import { transpose } from "../../src/ops/transpose";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase({
  samples: [
    { inputs: [[7, 13]] },
    { inputs: [[1, 1]] },
    { inputs: [[8, 12]], note: "fours that are put together" },
    { inputs: [[17, 33]], note: "by squares, or by lines" },
    { inputs: [[16, 68]], note: "by blocks of four, or by squares", vjp: false },
    { inputs: [[20, 36], [20, 36], [36, 20], [20]], note: "two of four operands", vjp: false },
  ],
  build: ([x, y, z, row]) => (y ? add(mul(transpose(x!), transpose(y)), mul(z!, row!)) : relu(transpose(x!))),
  reference: ([x, y, z, row]) =>
    tabulate([x!.shape[1]!, x!.shape[0]!], ([i, j]) =>
      y
        ? element(x!, [j!, i!]) * element(y, [j!, i!]) + element(z!, [i!, j!]) * element(row!, [j!])
        : Math.max(0, element(x!, [j!, i!])),
    ),
});
