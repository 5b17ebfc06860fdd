import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DTypeError } from "../../src/core/errors";
import type { Engine } from "../../src/train/engine";
import { pointwise } from "./ops/pointwise";
import { recurrences } from "./ops/recurrent";
import { reductions } from "./ops/reductions";
import { shapes } from "./ops/shapes";
import { vision } from "./ops/vision";
import { type Model, type OnnxTensor, readModel, readTensor } from "./protobuf";
import { Call, storedAs, toValues, Unsupported, Value } from "./value";

const OPERATORS = { ...pointwise, ...recurrences, ...reductions, ...shapes, ...vision };

/** Largest accepted difference, relative to 1 + |expected|. */
const TOLERANCE = 1e-5;
/** That of ONNX's own test runner: the values published for these were computed with 3.1415 for π, their models have it in full. */
const LOOSER = { tolerance: 1e-3, cases: /window.*_expanded/ };

/** A published case: a model with inputs, and what comes out. */
export interface OnnxCase {
  readonly name: string;
  /** The operator, or for a graph of several its folder. */
  readonly op: string;
  readonly model: Model;
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "unsupported"; readonly reason: Unsupported["reason"]; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

/** The cases of one folder of the published data. */
export function readCases(folder: string, group: string): OnnxCase[] {
  return readdirSync(join(folder, group)).flatMap((name) => {
    const at = join(folder, group, name);
    const model = readModel(readFileSync(join(at, "model.onnx")));
    const op = model.nodes.length === 1 ? model.nodes[0]!.op : "graphs of several ops";
    return readdirSync(at)
      .filter((set) => set.startsWith("test_data_set"))
      .map((set): OnnxCase => {
        const files = readdirSync(join(at, set));
        const read = (kind: string) =>
          Array.from({ length: files.filter((f) => f.startsWith(kind)).length }, (_, i) =>
            readTensor(readFileSync(join(at, set, `${kind}_${i}.pb`))),
          );
        return { name: `${group}/${name}`, op, model, inputs: read("input"), outputs: read("output") };
      });
  });
}

/** Records what a model computes. @throws Unsupported where wgrad does not claim to have it */
async function evaluate({ model, inputs, outputs }: OnnxCase, engine: Engine): Promise<Value[]> {
  for (const { op, domain } of model.nodes)
    if (!OPERATORS[op] || (domain && domain !== "ai.onnx")) throw new Unsupported("op missing", op);
  if (!model.ofTensors) throw new Unsupported("dtype", "sequence");
  for (const { type } of outputs) storedAs(type);
  const values = new Map<string, Value>();
  for (const t of model.initializers) values.set(t.name, Value.from(t));
  const fed = model.inputs.filter((name) => !values.has(name));
  // Some models list their weights among the inputs, and have files for all inputs.
  const names = fed.length === inputs.length ? fed : model.inputs;
  names.forEach((name, i) => {
    if (inputs[i]) values.set(name, Value.from(inputs[i]));
  });
  for (const node of model.nodes) {
    const operands = node.inputs.map((name) => values.get(name));
    const made = toValues(await OPERATORS[node.op]!(new Call(node, model.opset, operands, engine)));
    node.outputs.forEach((name, i) => {
      if (!name) return;
      if (!made[i]) throw new Unsupported("output", `output ${i} of ${node.op}`);
      values.set(name, made[i]);
    });
  }
  return model.outputs.map((name) => values.get(name)!);
}

/** What is wrong with an output; nothing where all is well. */
function difference(
  i: number,
  out: Value,
  actual: ArrayLike<number>,
  { shape, type, values }: OnnxTensor,
  tolerance: number,
): string[] {
  if (String(out.shape) !== String(shape)) return [`output ${i} is [${out.shape}], published [${shape}]`];
  if ((out.dtype === "f32") !== (storedAs(type) === "f32")) return [`output ${i} is ${out.dtype}, published ${type}`];
  for (const [j, value] of values.entries()) {
    const [a, e] = [actual[j]!, Number(value)];
    const close = Math.abs(a - e) <= tolerance * (1 + Math.abs(e));
    if (!(Object.is(a, e) || a === e || close)) return [`output ${i}: element ${j} is ${a}, published ${e}`];
  }
  return [];
}

const unsupported = ({ reason, detail }: Unsupported): Outcome => ({ kind: "unsupported", reason, detail });

async function record(c: OnnxCase, engine: Engine): Promise<Value[] | Outcome> {
  try {
    const outs = await evaluate(c, engine);
    for (const out of outs) if (!out.known) out.tensor;
    return outs;
  } catch (error) {
    if (error instanceof Unsupported) return unsupported(error);
    const { message } = error as Error;
    // An op that refuses a dtype says so in its documentation.
    if (error instanceof DTypeError) return unsupported(new Unsupported("dtype", message.split("\n")[0]!));
    return { kind: "failed", detail: message };
  }
}

/** Runs cases together, in one plan. */
export async function runCases(cases: readonly OnnxCase[], engine: Engine): Promise<Outcome[]> {
  const recorded: (Value[] | Outcome)[] = [];
  for (const c of cases) recorded.push(await record(c, engine));
  const computed = recorded.flatMap((r) => (Array.isArray(r) ? r.filter((v) => !v.known) : []));
  const read = computed.length ? await engine.read(computed.map((v) => v.tensor)) : [];
  const numbers = new Map(computed.map((v, i) => [v, read[i]!]));
  return recorded.map((r, n): Outcome => {
    if (!Array.isArray(r)) return r;
    const { name, outputs } = cases[n]!;
    const tolerance = LOOSER.cases.test(name) ? LOOSER.tolerance : TOLERANCE;
    const problems = outputs.flatMap((e, i) => difference(i, r[i]!, r[i]!.known ?? numbers.get(r[i]!)!, e, tolerance));
    return problems.length ? { kind: "failed", detail: problems.join("; ") } : { kind: "passed" };
  });
}

/** The table of the run: what passed, and why the rest was not run. */
export function table(cases: readonly OnnxCase[], outcomes: readonly Outcome[]): string {
  const byOp = new Map<string, { passed: number; reasons: Map<string, number> }>();
  const count = (m: Map<string, number>, key: string) => m.set(key, (m.get(key) ?? 0) + 1);
  const missing = new Map<string, number>();
  cases.forEach(({ op }, i) => {
    const outcome = outcomes[i]!;
    if (outcome.kind === "unsupported" && outcome.reason === "op missing") {
      count(missing, outcome.detail);
      return;
    }
    const row = byOp.get(op) ?? { passed: 0, reasons: new Map() };
    byOp.set(op, row);
    if (outcome.kind === "passed") row.passed++;
    else count(row.reasons, outcome.kind === "failed" ? "FAILED" : `${outcome.reason}: ${outcome.detail}`);
  });
  const listed = (m: Map<string, number>) =>
    [...m]
      .sort()
      .map(([k, n]) => (n > 1 ? `${n} × ${k}` : k))
      .join(", ");
  const rows = [...byOp]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, { passed, reasons }]) => {
      return `${op.padEnd(26)} ${String(passed).padStart(3)} passed${reasons.size ? `   not: ${listed(reasons)}` : ""}`;
    });
  const totals = new Map<string, number>();
  for (const o of outcomes) count(totals, o.kind === "unsupported" ? `not supported, ${o.reason}` : o.kind);
  return [...rows, `ops missing: ${listed(missing)}`, `${cases.length} cases: ${listed(totals)}`].join("\n");
}
