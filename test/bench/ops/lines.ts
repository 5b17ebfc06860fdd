import { mulberry32 } from "../../../demos/race/workloads";
import { bytesPerElement, type TypedArray, typedArray } from "../../../src/core/dtype";
import { state, type Tensor } from "../../../src/graph/tensor";
import { trace } from "../../../src/graph/trace";
import { partialGradients } from "../../../src/optim/gradients";
import { type Plan, plan } from "../../../src/schedule/plan";
import { type OpEntries, type OpEntry, type OpInput, specOf } from "./entry";

const FAMILIES = import.meta.glob<OpEntries>("./families/*.ts", { eager: true, import: "entries" });

/** One line of the table: an op by itself, or with its gradient. */
export interface OpLine {
  readonly family: string;
  readonly op: string;
  /** What tells it from all other lines. */
  readonly id: string;
  readonly entry: OpEntry;
  readonly gradient: boolean;
}

/** Every op that has an entry, and the lines of all of them. */
export const benchedOps: readonly string[] = Object.values(FAMILIES).flatMap((f) => Object.keys(f));

export function allLines(): OpLine[] {
  return Object.entries(FAMILIES).flatMap(([path, ops]) =>
    Object.entries(ops).flatMap(([op, given]) =>
      [given].flat().flatMap((entry: OpEntry) => {
        const id = entry.name ? `${op} (${entry.name})` : op;
        const line = { family: path.replace(/^.*\/|\.ts$/g, ""), op, id, entry, gradient: false };
        const gradient = { ...line, id: `${id} and gradient`, gradient: true };
        return graphOf(gradient) ? [line, gradient] : [line];
      }),
    ),
  );
}

/** What a line computes, as a graph over states. */
export interface OpGraph {
  readonly outputs: readonly Tensor[];
  /** The states that are inputs, and those that flow into the outputs. */
  readonly inputs: readonly Tensor[];
  readonly seeds: readonly Tensor[];
}

/** Recorded as part of the trace around it. Null where the line asks for a gradient and there is none. */
export function recordLine({ entry, gradient }: OpLine): OpGraph | null {
  const inputs = entry.inputs.map((input, i) => stateOf(input, `in${i}`));
  const outputs = [entry.build(...inputs)].flat();
  if (!gradient) return { outputs, inputs, seeds: [] };
  const out = outputs.find((t) => t.dtype === "f32");
  const places = entry.gradients ?? inputs.flatMap((t, i) => (t.dtype === "f32" ? [i] : []));
  if (!out || !places.length) return null;
  const seed = stateOf(out.shape, "seed");
  const wrt = places.map((i) => inputs[i]!);
  const grads = partialGradients(out, wrt, seed).filter((t): t is Tensor => t !== null && t !== seed);
  return grads.length ? { outputs: [...outputs, ...grads], inputs, seeds: [seed] } : null;
}

const graphOf = (line: OpLine): OpGraph | null => trace(() => recordLine(line)).result;

/** The plan of a line for a device. */
export function planOf(line: OpLine, target: Parameters<typeof plan>[0]["target"]): Plan {
  const { result, updates } = trace(() => recordLine(line)!);
  return plan({ outputs: result.outputs, updates, target, fuse: true });
}

/** Bytes that must be moved at least: each input that is read, once, and each output once. */
export function leastBytes({ entry }: OpLine, { outputs, inputs, seeds }: OpGraph, { states, places }: Plan): number {
  const sizeOf = (t: Tensor) => t.size * bytesPerElement(t.dtype);
  const sum = (list: Iterable<Tensor>) => [...list].reduce((n, t) => n + sizeOf(t), 0);
  const isRead = (t: Tensor) => states.includes(t);
  // Outputs that are one tensor, or a reading of an input, are not written again.
  const written = new Map<number, Tensor>();
  for (const t of outputs) {
    const place = places.get(t.id)!;
    if ("slot" in place) written.set(place.slot, t);
  }
  return (entry.reads ?? sum(inputs.filter(isRead))) + sum(seeds.filter(isRead)) + sum(written.values());
}

/** Forward products, and two more a product for its gradient. */
export const flopsOf = ({ entry, gradient }: OpLine): number | undefined =>
  entry.flops && entry.flops * (gradient ? 3 : 1);

/** Numbers are made once; a prime number of them, again and again, fill any input. */
const PATTERN = 65521;
const patterns = new Map<string, TypedArray>();

function stateOf(input: OpInput, name: string): Tensor {
  const { shape, dtype, range } = specOf(input);
  const [low, high] = range;
  const key = [dtype, low, high, name].join();
  const made = state(name, { shape, dtype }, () => {
    const random = mulberry32(name.length + Number(name.at(-1)!.charCodeAt(0)));
    const next = () => low + (high - low) * random();
    const values = Array.from({ length: PATTERN }, () => (dtype === "f32" ? next() : Math.floor(next())));
    const pattern = patterns.get(key) ?? typedArray(dtype, values);
    patterns.set(key, pattern);
    const all = typedArray(dtype, made.size);
    for (let at = 0; at < all.length; at += PATTERN) all.set(pattern.subarray(0, all.length - at) as never, at);
    return all;
  });
  return made;
}

export const showInputs = (entry: OpEntry, outputs: readonly Tensor[]): string =>
  (entry.inputs.length ? entry.inputs.map((i) => specOf(i).shape) : outputs.map((t) => t.shape))
    .map((shape) => `[${shape.join()}]`)
    .join(" ");
