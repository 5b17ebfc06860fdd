import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type DType, typedArray } from "../../src/core/dtype";
import { showSpec } from "../../src/core/shape";
import type { Tensor } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { gradients } from "../../src/optim/gradients";
import type { Engine } from "../../src/train/engine";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

/** Largest accepted difference, relative to 1 + |expected|. */
export const TOLERANCE = 1e-5;

/** Numbers as the JSON has them: those that it has no way to write are words. */
type Numbers = readonly (number | "NaN" | "Infinity" | "-Infinity")[];

export interface GoldenTensor {
  readonly shape: readonly number[];
  /** Default f32. */
  readonly dtype?: DType;
  readonly data: Numbers;
}

/** One call of an op with what PyTorch makes of it; see generators/golden.py. */
export interface GoldenCase {
  readonly op: string;
  readonly attrs?: object;
  readonly note?: string;
  /** Where the suite's is too strict; the generator says why. */
  readonly tolerance?: number;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outs: readonly GoldenTensor[];
  /** What flows into the outputs (null: nothing can), and the gradients of the inputs that have one. */
  readonly dOuts?: readonly (Numbers | null)[];
  readonly grads?: Readonly<Record<string, Numbers>>;
}

/**
 * An op called with a case's inputs, by name, and its attributes. It may put a parameter in the place of an input: then the
 * gradient is the parameter's.
 */
export type Build = (inputs: Record<string, Tensor>, attrs: never, engine: Engine) => Tensor | readonly Tensor[];

export const readGoldens = <Case = GoldenCase>(name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")).cases;

export const toTensor = ({ shape, dtype = "f32", data }: GoldenTensor): Tensor =>
  tensor(typedArray(dtype, data.map(Number)), shape);

/** The first element that is off by more than allowed, in words; nothing where all agree. */
export function difference(what: string, actual: ArrayLike<number>, expected: Numbers, tolerance: number): string[] {
  if (actual.length !== expected.length) return [`${what}: ${actual.length} numbers, PyTorch has ${expected.length}`];
  for (const [i, e] of expected.map(Number).entries()) {
    const [a, allowed] = [actual[i]!, tolerance * (1 + Math.abs(e))];
    if (!(Object.is(a, e) || a === e || Math.abs(a - e) <= allowed))
      return [`${what}: element ${i} is ${a}, PyTorch has ${e} (off by ${Math.abs(a - e)}, allowed ${allowed})`];
  }
  return [];
}

interface Built {
  readonly outs: readonly Tensor[];
  readonly grads: readonly Tensor[];
}

function build(c: GoldenCase, make: Build, engine: Engine): Built {
  const inputs = Object.fromEntries(Object.entries(c.inputs).map(([name, t]) => [name, toTensor(t)]));
  const outs = [make(inputs, (c.attrs ?? {}) as never, engine)].flat() as Tensor[];
  const wrt = Object.keys(c.grads ?? {}).map((name) => inputs[name]!);
  const seeded = c.dOuts?.flatMap((data, i) => (data ? [{ out: outs[i]!, data }] : [])) ?? [];
  const parts = seeded.map(({ out, data }) => gradients(out, wrt, toTensor({ shape: out.shape, data })));
  return { outs, grads: parts.length ? parts.reduce((a, b) => a.map((g, i) => add(g, b[i]!))) : [] };
}

/** All cases of a file in one plan, and what is wrong with each. States are read when all has run. */
async function findProblems(engine: Engine, cases: readonly GoldenCase[], builders: Readonly<Record<string, Build>>) {
  const built = cases.map((c) => {
    try {
      return build(c, builders[c.op]!, engine);
    } catch (error) {
      return error as Error;
    }
  });
  const all = built.flatMap((b) => (b instanceof Error ? [] : [...b.outs, ...b.grads]));
  const isState = (t: Tensor) => t.leaf?.kind === "state";
  const [transient, states] = [all.filter((t) => !isState(t)), all.filter(isState)];
  const values = new Map<Tensor, ArrayLike<number>>();
  for (const group of [transient, states]) {
    const read = group.length ? await engine.read(group) : [];
    group.forEach((t, i) => {
      values.set(t, read[i]!);
    });
  }
  return built.map((b, i) => {
    if (b instanceof Error) return [b.message];
    const { outs, grads = {}, tolerance = TOLERANCE } = cases[i]!;
    const problems = outs.flatMap(({ shape, dtype = "f32", data }, n) => {
      const out = b.outs[n]!;
      const [own, theirs] = [showSpec(out), showSpec({ shape, dtype })];
      if (own !== theirs) return [`output ${n} is ${own}, PyTorch has ${theirs}`];
      return difference(`output ${n}`, values.get(out)!, data, tolerance);
    });
    const slopes = Object.entries(grads).flatMap(([name, data], n) =>
      difference(`gradient of ${name}`, values.get(b.grads[n]!)!, data, tolerance),
    );
    return [...problems, ...slopes];
  });
}

/** One test a case of `name`.json, each built by the builder of its op. */
export async function describeGoldens(name: string, builders: Readonly<Record<string, Build>>): Promise<void> {
  const cases = readGoldens(name);
  await describeOnDawn(`PyTorch's ${name}`, (engine) => {
    let found: Promise<string[][]> | undefined;
    const titles = cases.map(({ op, attrs = {}, inputs, note }, i) => {
      const shapes = Object.values(inputs).map((t) => `[${t.shape}]`);
      const title = [op, ...shapes, JSON.stringify(attrs), note].filter((s) => s && s !== "{}").join(" ");
      return [title, i] as const;
    });
    test.each(titles)("%s", async (_, i) => {
      found ??= findProblems(engine, cases, builders);
      expect((await found)[i]!.join("\n")).toBe("");
    });
  });
}
