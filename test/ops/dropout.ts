import { threefry2x32, toUnit } from "../../src/core/random";
import { takePendingUpdates } from "../../src/graph/trace";
import { dropout } from "../../src/ops/dropout";
import { opCase } from "./opCase";

const generator = (seed: number, step: number) => ({ shape: [2], dtype: "u32" as const, values: [seed, step] });

export default opCase<{ p: number }>({
  samples: [
    { inputs: [[7, 13], generator(42, 0)], attrs: { p: 0.5 } },
    { inputs: [[1], generator(0, 3)], attrs: { p: 0.1 } },
    { inputs: [[8, 9], generator(4294967295, 70000)], attrs: { p: 0.9 } },
    { inputs: [[3, 3], generator(1, 1)], attrs: { p: 0 }, note: "nothing dropped" },
    { inputs: [[2, 3], generator(1, 1)], attrs: { p: 1 }, note: "all dropped" },
    {
      inputs: [{ shape: [2], values: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] }, generator(1, 1)],
      attrs: { p: 1 },
      vjp: false,
      note: "infinities dropped",
    },
  ],
  build([x, state], { p }) {
    takePendingUpdates(); // Streams are numbered from 0 in each recording.
    const y = dropout(x!, p, { generator: { state: state! } });
    takePendingUpdates();
    return y;
  },
  reference([x, state], { p }) {
    const [seed, step] = state!.data as unknown as [number, number];
    const keeps = (i: number) => toUnit(threefry2x32(seed, 0, i >>> 1, step)[i % 2]!) >= p;
    return { shape: x!.shape, data: x!.data.map((v, i) => (keeps(i) ? v / (1 - p) : 0)) };
  },
});
