import { outer } from "../../src/ops/outer";
import { square } from "../../src/ops/square";
import { opCase } from "./opCase";

export default opCase<{ squared?: boolean }>({
  samples: [
    { inputs: [[3], [5]] },
    { inputs: [[1], [1]] },
    { inputs: [[2], [8]], note: "by fours" },
    { inputs: [[260], [256]], note: "both gradients from one reading" },
    { inputs: [[264], [252]], attrs: { squared: true }, note: "of a gradient computed where it is read" },
  ],
  build: ([a, b], { squared }) => (squared ? square(outer(a!, b!)) : outer(a!, b!)),
  reference([a, b], { squared }) {
    const [n, m] = [a!.data.length, b!.data.length];
    const data = new Float64Array(n * m);
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) data[i * m + j] = a!.data[i]! * b!.data[j]!;
    return { data: squared ? data.map((v) => v * v) : data, shape: [n, m] };
  },
});
