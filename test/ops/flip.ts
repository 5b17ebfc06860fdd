import { add } from "../../src/ops/add";
import { flip } from "../../src/ops/flip";
import { mul } from "../../src/ops/mul";
import { reshape } from "../../src/ops/reshape";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axes: number | number[]; fused?: boolean; flat?: boolean }>({
  samples: [
    { inputs: [[3, 5]], attrs: { axes: 1 } },
    { inputs: [[1]], attrs: { axes: 0 } },
    { inputs: [[3, 2, 4]], attrs: { axes: [0, 1] }, note: "by fours" },
    { inputs: [[3, 8]], attrs: { axes: 1 }, note: "fours backwards" },
    { inputs: [[3, 2, 5]], attrs: { axes: [-1, 0], flat: true }, note: "copied for a reshape" },
    { inputs: [[4, 3]], attrs: { axes: [0, 1], fused: true }, note: "read by pointwise ops" },
    { inputs: [{ shape: [7], dtype: "i32", range: [-9, 9] }], attrs: { axes: 0 }, note: "i32" },
  ],
  build([x], { axes, fused, flat }) {
    const out = flip(x!, axes);
    if (flat) return reshape(out, [-1]);
    return fused ? add(mul(out, 2), x!) : out;
  },
  reference([x], { axes, fused, flat }) {
    const rank = x!.shape.length;
    const list = [axes].flat().map((a) => (a + rank) % rank);
    const out = tabulate(x!.shape, (at) => {
      const flipped = element(
        x!,
        at.map((i, d) => (list.includes(d) ? x!.shape[d]! - 1 - i : i)),
      );
      return fused ? 2 * flipped + element(x!, at) : flipped;
    });
    return flat ? { ...out, shape: [out.data.length] } : out;
  },
});
