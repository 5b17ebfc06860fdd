import { attrsKey, topological } from "./op";
import type { Tensor } from "./tensor";
import type { Update } from "./trace";

/** What two graphs must share to use the same plan, and the tensors whose numbers may differ. */
interface Structure {
  /** Equal for graphs with the same ops, attributes, shapes, states and updates. */
  readonly key: string;
  /** Leaves that carry data, in the order of the key. */
  readonly data: readonly Tensor[];
}

/** A number for each op: several ops may have one name. */
const numbers = new WeakMap<object, number>();
let ops = 0;

function numberOf(op: object): number {
  if (!numbers.has(op)) numbers.set(op, ops++);
  return numbers.get(op)!;
}

/** The structure of a graph. In its key tensors are numbered by their place; only states keep their identity. */
export function structureOf(outputs: readonly Tensor[], updates: readonly Update[]): Structure {
  const order = topological([...outputs, ...updates.flatMap((u) => u.reads)]);
  const number = new Map<Tensor, number>();
  const segments = new Map<number, number>();
  const data: Tensor[] = [];
  const lines = order.map((t, i) => {
    number.set(t, i);
    if (t.leaf?.kind === "state") return `s${t.id}`;
    if (!t.source) {
      data.push(t);
      return `d${t.dtype}${t.shape}`;
    }
    const { op, inputs, attrs, index, again } = t.source;
    if (again && !segments.has(again.id)) segments.set(again.id, segments.size);
    return `${op.name}${numberOf(op)}.${index}${attrsKey(attrs)}(${inputs.map((x) => number.get(x))})${again ? `@${segments.get(again.id)}` : ""}`;
  });
  const effects = updates.map((u) => `${u.name}:${u.reads.map((t) => number.get(t))}>${u.writes.map((t) => t.id)}`);
  const key = [...lines, `out ${outputs.map((t) => number.get(t))}`, ...effects].join("\n");
  return { key, data };
}
