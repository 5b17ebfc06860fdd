import { mix, permuted } from "../../src/core/permutation";
import { type TakeWindowsOptions, takeWindows } from "../../src/ops/takeWindows";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

interface Attrs extends TakeWindowsOptions {
  readonly which: "ids" | "labels" | "restart";
}

const tokens = (count: number) => ({ shape: [count], dtype: "i32" as const, range: [1, 90] as const });
const position = (seed: number, batch: number) => ({ shape: [2], dtype: "u32" as const, values: [seed, batch] });
const streams = { batch: 3, length: 5, batches: 3, order: { rowStep: 13, batchStep: 5, rowLength: 13 } };
const shuffled = { batch: 4, length: 8, batches: 11, order: { windows: 47, stride: 4, phases: 4 } };

export default opCase<Attrs>({
  samples: [
    { inputs: [tokens(37), position(0, 4)], attrs: { ...streams, which: "ids" } },
    { inputs: [tokens(37), position(0, 5)], attrs: { ...streams, timeFirst: true, which: "labels" }, note: "cut" },
    { inputs: [tokens(37), position(9, 6)], attrs: { ...streams, which: "restart" }, note: "wraps" },
    { inputs: [tokens(200), position(7, 30)], attrs: { ...shuffled, which: "ids" }, note: "shuffled, third epoch" },
    { inputs: [tokens(200), position(7, 30)], attrs: { ...shuffled, timeFirst: true, which: "labels" } },
    {
      inputs: [tokens(2), position(5, 0)],
      attrs: { batch: 1, length: 1, batches: 1, order: { windows: 1, stride: 1, phases: 1 }, which: "labels" },
    },
    {
      inputs: [tokens(70001), position(4294967295, 70000)],
      attrs: { batch: 2, length: 3, batches: 34000, order: { windows: 69990, stride: 1, phases: 1 }, which: "ids" },
    },
  ],
  build: ([stream, at], { which, ...attrs }) => takeWindows(stream!, at!, attrs)[which],
  reference([stream, at], { batch, length, batches, order, timeFirst, which }) {
    const [seed, done] = at!.data as unknown as [number, number];
    const [epoch, number] = [Math.floor(done / batches), done % batches];
    if (which === "restart") return { shape: [1], data: Float64Array.of(number === 0 ? 1 : 0) };
    return tabulate(timeFirst ? [length, batch] : [batch, length], ([i, j]) => {
      const [n, t] = timeFirst ? [j!, i!] : [i!, j!];
      const missing = which === "ids" ? 0 : -1;
      let start: number;
      if ("windows" in order) {
        const phase = mix(mix((mix(epoch) ^ seed) >>> 0)) % order.phases;
        start = phase + permuted(number * batch + n, order.windows, seed, epoch) * order.stride;
      } else {
        if (number * order.batchStep + t >= (order.rowLength ?? Number.POSITIVE_INFINITY)) return missing;
        start = n * order.rowStep + number * order.batchStep;
      }
      if (start + t + 1 >= stream!.data.length) return missing;
      return stream!.data[start + t + (which === "ids" ? 0 : 1)]!;
    });
  },
});
