import type { DType, TypedArray } from "../core/dtype";
import { CheckpointError } from "../core/errors";
import type { Shape } from "../core/shape";
import { homeOf, type Leaf, Tensor } from "../graph/tensor";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../io/safetensors";
import type { Dispatch, Variant } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { tensorsOf } from "../schedule/dispatches";
import type { Place, Plan } from "../schedule/plan";
import { showPlan } from "../schedule/print";

/** A captured step without its device. */
interface PlannedStep {
  readonly plan: Plan;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** What a file of plans holds. */
interface LoadedPlans {
  readonly steps: Readonly<Record<string, PlannedStep>>;
  /** The states that were given names when the file was written. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** The numbers of each buffer that states live in. */
  readonly values: ReadonlyMap<Tensor, TypedArray>;
}

const FORMAT = "wgrad plan 1";

interface TensorRecord {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly leaf?: { readonly kind: Leaf["kind"]; readonly name?: string; readonly limits?: object };
  /** Number of the tensor in which this one lives, and the element at which it starts. */
  readonly home?: readonly [number, number];
}

interface StepRecord {
  /** Variant, buffers, parameter words, workgroups, floating-point operations, and what it joins. */
  readonly dispatches: readonly (readonly [number, number[], number[], [number, number, number], number, string[]?])[];
  readonly firstUpdate: number;
  readonly slots: readonly number[];
  /** Tensor, then its slot, or its state and offset. */
  readonly places: readonly (readonly [number, number] | readonly [number, number, number])[];
  readonly inputs: readonly number[];
  readonly states: readonly number[];
  readonly outputs: Readonly<Record<string, number>>;
  readonly feeds: Readonly<Record<string, number>>;
  readonly flops: number;
  readonly bytes: Plan["bytes"];
}

interface PlanRecord {
  readonly subgroupSize: number;
  readonly variants: readonly (Omit<Variant, "key" | "hook"> & { readonly key?: string })[];
  readonly tensors: readonly TensorRecord[];
  readonly steps: Readonly<Record<string, StepRecord>>;
  readonly states: Readonly<Record<string, number>>;
}

/** Numbers things in the order in which they are asked for. */
class Numbering<T> {
  readonly list: T[] = [];
  readonly #numbers = new Map<unknown, number>();

  of(thing: T, key: unknown = thing): number {
    let n = this.#numbers.get(key);
    if (n === undefined) {
      n = this.list.push(thing) - 1;
      this.#numbers.set(key, n);
    }
    return n;
  }
}

/**
 * Writes plans as the bytes of a .safetensors file: kernels, dispatches and places as its metadata, the values of states and data as
 * its tensors.
 * @param states to be found by name when the file is loaded
 * @param values the numbers of all buffers that the plans' states live in
 */
export function encodePlans(
  steps: Readonly<Record<string, PlannedStep>>,
  states: Readonly<Record<string, Tensor>>,
  values: ReadonlyMap<Tensor, TypedArray>,
  { subgroupSize }: Target,
): Uint8Array<ArrayBuffer> {
  const tensors = new Numbering<Tensor>();
  const variants = new Numbering<Variant>();
  const recorded = Object.entries(steps).map(([name, step]) => [name, recordStep(step, tensors, variants)] as const);
  for (const t of values.keys()) tensors.of(t);
  const named = Object.entries(states).map(([name, t]) => [name, tensors.of(t)] as const);
  // The list may grow during the loop, by the tensors in which others live.
  const records: TensorRecord[] = [];
  for (let i = 0; i < tensors.list.length; i++) records.push(recordTensor(tensors.list[i]!, tensors));
  const record: PlanRecord = {
    subgroupSize,
    variants: variants.list.map(({ key, hook: _, ...v }) => (key === v.code ? v : { ...v, key })),
    tensors: records,
    steps: Object.fromEntries(recorded),
    states: Object.fromEntries(named),
  };
  const stored = new Map<string, StoredTensor>();
  tensors.list.forEach((t, i) => {
    const held = t.leaf?.kind === "data" ? t.leaf.data : values.get(t);
    if (held) stored.set(String(i), { dtype: t.dtype, shape: t.shape, values: held });
  });
  return encodeSafetensors({ tensors: stored, metadata: { format: FORMAT, plan: JSON.stringify(record) } });
}

function recordStep({ plan, feeds, outputs }: PlannedStep, tensors: Numbering<Tensor>, variants: Numbering<Variant>) {
  const named = (list: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(Object.entries(list).map(([name, t]) => [name, tensors.of(t)]));
  const dispatches = plan.dispatches.map((d) => {
    const words = [...new Uint32Array(d.params)];
    const buffers = tensorsOf(d).map((t) => tensors.of(t));
    return [
      variants.of(d.variant, d.variant.key),
      buffers,
      words,
      [...d.workgroups],
      d.flops,
      ...(d.joins ? [d.joins] : []),
    ];
  });
  const record = {
    dispatches,
    outputs: named(outputs),
    feeds: named(feeds),
    inputs: plan.inputs.map((t) => tensors.of(t)),
  };
  // Only tensors that are named above need a place.
  const places = tensors.list.flatMap((t, i) => {
    const place = plan.places.get(t.id);
    if (!place || t.leaf?.kind === "state") return [];
    return ["slot" in place ? [i, place.slot] : [i, tensors.of(place.state), place.offset]];
  });
  const { firstUpdate, slots, flops, bytes } = plan;
  const states = plan.states.map((t) => tensors.of(t));
  return { ...record, places, states, firstUpdate, slots, flops, bytes } as unknown as StepRecord;
}

function recordTensor(t: Tensor, tensors: Numbering<Tensor>): TensorRecord {
  const { shape, dtype, leaf, home } = t;
  const limits = leaf?.kind === "feed" ? leaf.limits : undefined;
  const name = leaf && "name" in leaf ? leaf.name : undefined;
  return {
    shape,
    dtype,
    ...(leaf && { leaf: { kind: leaf.kind, ...(name !== undefined && { name }), ...(limits && { limits }) } }),
    ...(home && { home: [tensors.of(home.state), home.offset] as const }),
  };
}

/**
 * Reads what {@link encodePlans} wrote.
 * @throws CheckpointError where the file is malformed, or its kernels need features that the device lacks
 */
export function decodePlans(
  bytes: Uint8Array,
  target: Target,
  features: readonly string[],
  file = "plan",
): LoadedPlans {
  const { tensors: stored, metadata } = decodeSafetensors(bytes, file);
  if (metadata.format !== FORMAT)
    throw new CheckpointError(file, "no file of captured steps", { format: String(metadata.format), wants: FORMAT });
  try {
    const record = JSON.parse(metadata.plan ?? "") as PlanRecord;
    const variants = variantsOf(record, target, features, file);
    return restorePlans(record, variants, stored);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(file, "its plan is malformed", { because: (error as Error).message });
  }
}

/** The kernels of a file. @throws CheckpointError where they need features that the device lacks */
function variantsOf(record: PlanRecord, target: Target, features: readonly string[], file: string): Variant[] {
  const variants = record.variants.map((v): Variant => ({ ...v, key: v.key ?? v.code, hook: false }));
  const wanted = [...new Set(variants.flatMap((v) => v.enables.map((e) => ENABLED_BY[e] ?? e)))];
  const missing = wanted.filter((f) => !features.includes(f));
  const lanes = wanted.includes("subgroups") && record.subgroupSize !== target.subgroupSize;
  if (missing.length || lanes)
    throw new CheckpointError(
      file,
      "made for another kind of device",
      {
        wants: wanted.join(", "),
        ...(lanes && { "subgroup size": `${record.subgroupSize}, here ${target.subgroupSize}` }),
      },
      "capture the step on this device",
    );
  return variants;
}

function restorePlans(
  record: PlanRecord,
  variants: readonly Variant[],
  stored: ReadonlyMap<string, StoredTensor>,
): LoadedPlans {
  const tensors = record.tensors.map((t, i) => restoreTensor(t, stored.get(String(i))));
  const values = new Map<Tensor, TypedArray>();
  record.tensors.forEach(({ home }, i) => {
    if (home) tensors[i]!.home = { state: numbered(tensors, home[0]), offset: home[1] };
    const held = stored.get(String(i));
    if (held && tensors[i]!.leaf?.kind === "state") values.set(tensors[i]!, held.values);
  });
  const steps = Object.entries(record.steps).map(([name, s]) => [name, restoreStep(s, tensors, variants)] as const);
  const states = Object.entries(record.states).map(([name, i]) => [name, numbered(tensors, i)] as const);
  return { steps: Object.fromEntries(steps), states: Object.fromEntries(states), values };
}

/** Number n of a list. @throws Error where there is none */
function numbered<T>(list: readonly T[], n: number): T {
  const thing = list[n];
  if (thing === undefined) throw new Error(`nothing has number ${n}`);
  return thing;
}

/** The device feature that a WGSL extension needs, where its name differs. */
const ENABLED_BY: Readonly<Record<string, string>> = { f16: "shader-f16" };

function restoreTensor({ shape, dtype, leaf }: TensorRecord, stored: StoredTensor | undefined): Tensor {
  const restored = leaf?.kind === "data" ? { kind: "data", data: stored!.values } : leaf;
  return new Tensor({ shape, dtype }, undefined, (restored ?? { kind: "scratch" }) as Leaf);
}

function restoreStep(record: StepRecord, tensors: readonly Tensor[], variants: readonly Variant[]): PlannedStep {
  const dispatches = record.dispatches.map(([variant, buffers, words, workgroups, flops, joins]): Dispatch => {
    const { buffer: params } = Uint32Array.from(words);
    return {
      variant: numbered(variants, variant),
      buffers: buffers.map((b) => numbered(tensors, b)),
      params,
      workgroups,
      flops,
      joins,
    };
  });
  const places = new Map<number, Place>();
  for (const [t, at, offset] of record.places) {
    if (offset === undefined) numbered(record.slots, at);
    const place = offset === undefined ? { slot: at } : { state: numbered(tensors, at), offset };
    places.set(numbered(tensors, t).id, place);
  }
  for (const t of tensors) if (t.leaf?.kind === "state") places.set(t.id, homeOf(t));
  const named = (list: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(list).map(([name, i]) => [name, numbered(tensors, i)]));
  const { firstUpdate, slots, flops, bytes } = record;
  const outputs = named(record.outputs);
  const plan: Plan = {
    dispatches,
    firstUpdate,
    slots,
    places,
    inputs: record.inputs.map((i) => numbered(tensors, i)),
    outputs: Object.values(outputs),
    states: record.states.map((i) => numbered(tensors, i)),
    choices: [],
    flops,
    bytes,
    toString: () => showPlan(plan),
  };
  return { plan, feeds: named(record.feeds), outputs };
}
