import { slice } from "../../src/ops/slice";
import { opCase } from "./opCase";
import { element, indices } from "./reference";

interface Attrs {
  axis: number | number[];
  start?: number | (number | undefined)[];
  end?: number | (number | undefined)[];
  step?: number | number[];
}

/** Python's range of an axis. */
function places(size: number, start: number | undefined, end: number | undefined, step: number): number[] {
  const first = start === undefined ? (step > 0 ? 0 : size - 1) : start < 0 ? start + size : start;
  const stop = end === undefined ? (step > 0 ? size : -1) : end < 0 ? end + size : end;
  const out = [];
  for (let i = first; step > 0 ? i < stop : i > stop; i += step) out.push(i);
  return out;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 5]], attrs: { axis: 0, start: 2, end: 6 } },
    { inputs: [[1]], attrs: { axis: 0, start: 0, end: 1 } },
    { inputs: [[3, 8]], attrs: { axis: 1, start: 4, end: 8 }, note: "by fours" },
    { inputs: [[3, 9]], attrs: { axis: -1, start: 1, step: 3 } },
    { inputs: [[6, 3, 7]], attrs: { axis: [2, 0], start: [1, undefined], end: [-1, 5], step: [2, 4] } },
    { inputs: [[7, 3]], attrs: { axis: 0, step: -2 }, note: "backwards" },
    { inputs: [[2, 8]], attrs: { axis: [1, 0], start: [6, undefined], end: [1, undefined], step: [-3, -1] } },
    { inputs: [{ shape: [5, 2], dtype: "u32", range: [0, 9] }], attrs: { axis: 0, step: -1 }, note: "u32" },
    { inputs: [[3, 12]], attrs: { axis: 1, start: 3, end: 11 }, note: "by fours from a third on", vjp: false },
    { inputs: [[4, 13]], attrs: { axis: 1, start: 5 }, note: "by fours from here or there on", vjp: false },
    { inputs: [[4, 9]], attrs: { axis: 1, end: 0, step: -1 }, note: "the same backwards", vjp: false },
    { inputs: [[2, 17, 2]], attrs: { axis: [2, 1], start: [0, 1], end: [1, 17] }, note: "every second", vjp: false },
    { inputs: [[3, 16]], attrs: { axis: 1, step: -2 }, note: "every second backwards" },
    { inputs: [[7, 3, 8]], attrs: { axis: 0, start: 1, step: 2 }, note: "every second row, of fours" },
    { inputs: [[4, 7]], attrs: { axis: 1, start: 1, end: 6 }, note: "fours across rows" },
  ],
  build: ([x], { axis, start, end, step }) => slice(x!, axis, start, end, step),
  reference([x], { axis, start, end, step }) {
    const rank = x!.shape.length;
    const axes = [axis].flat().map((a) => (a + rank) % rank);
    const of = <T>(p: T | T[] | undefined, i: number) => (Array.isArray(p) ? p[i] : p);
    const from = x!.shape.map((size, d) => {
      const i = axes.indexOf(d);
      return i < 0 ? places(size, 0, size, 1) : places(size, of(start, i), of(end, i), of(step, i) ?? 1);
    });
    const shape = from.map((list) => list.length);
    const values = [...indices(shape)].map((at) =>
      element(
        x!,
        at.map((i, d) => from[d]![i]!),
      ),
    );
    return { shape, data: Float64Array.from(values) };
  },
});
