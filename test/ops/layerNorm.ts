import { layerNorm } from "../../src/ops/layerNorm";
import { opCase } from "./opCase";
import { normalised } from "./reference";

interface Attrs {
  shape?: number[];
  eps?: number;
}

const ones = (n: number) => ({ shape: [n], data: new Float64Array(n).fill(1) });

export default opCase<Attrs>({
  samples: [
    { inputs: [[5, 13], [13], [13]] },
    { inputs: [[1, 1], [1], [1]], note: "one element: its variance is 0" },
    { inputs: [[2, 3, 8], [8], [8]], attrs: { eps: 0.1 } },
    {
      inputs: [
        [3, 2, 5],
        [2, 5],
        [2, 5],
      ],
      attrs: { shape: [2, 5] },
      note: "two dimensions",
    },
    { inputs: [[70, 3], [3], [3]], note: "so many rows that their sums are dealt out" },
    { inputs: [[130, 12], [12], [12]], note: "the same, by fours" },
    { inputs: [[5, 68], [68], [68]], note: "long rows, by fours" },
    { inputs: [[5, 64], [64], [64]], note: "rows that lanes hold" },
    { inputs: [[130, 64], [64], [64]], note: "several of them a subgroup" },
    { inputs: [[130, 68], [68], [68]], note: "several rows a workgroup", vjp: false },
    { inputs: [[70, 192], [192], [192]], note: "the same in stretches, a lane's vec4s by twos" },
    { inputs: [[66, 512], [512], [512]], note: "by fours", vjp: false },
    { inputs: [{ shape: [4, 200], range: [100, 101] }, [200], [200]], note: "long, mean ≫ deviation", vjp: false },
    { inputs: [[3, 70], [70], [70]], note: "rows longer than a workgroup" },
    { inputs: [[1, 260], [260], [260]], note: "two vec4s a lane of a workgroup" },
    { inputs: [[2, 1100], [1100], [1100]], note: "the same with more lanes", vjp: false },
    { inputs: [{ shape: [4, 40], range: [100, 101] }, [40], [40]], note: "mean ≫ deviation", vjp: false },
    { inputs: [[5, 64]], note: "neither weight nor bias, rows that lanes hold" },
    { inputs: [[3, 512]], note: "the same, longer rows" },
  ],
  build: ([x, weight, bias], { shape, eps }) =>
    layerNorm(x!, shape, { ...(weight && { weight, bias: bias! }), ...(eps !== undefined && { eps }) }),
  reference: ([x, weight, bias], { eps = 1e-5 }) => normalised(x!, weight ?? ones(x!.shape.at(-1)!), eps, true, bias),
  tolerance: 1e-4,
});
