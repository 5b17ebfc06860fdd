import { isOfGenerator } from "../graph/generator";
import type { Tensor } from "../graph/tensor";

/** Any module, whatever its `forward` takes and gives. */
export type AnyModule = Module<never, unknown>;

/**
 * A layer or a network: modules and states as properties, `forward` made of ops. One that takes or gives something else than
 * one tensor says so: `class Pairs extends Module<[x: Tensor, y: Tensor], readonly [Tensor, Tensor]>`.
 *
 * Modules and states are found in lists, plain objects and Maps too, however deep, and are named as PyTorch names them:
 * `layers.0.weight`, `blocks.a.weight`. They are not found in fields that begin with `#`, which nobody else can read, in
 * objects of other classes, and in what a layer keeps as `options`.
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Result = Tensor> {
  /** Whether dropout drops and batch normalisation uses the batch's own statistics. Read when a step is captured. */
  training = true;

  abstract forward(...inputs: Inputs): Result;

  /** Sets this module and all within it to training. */
  train(training = true): this {
    once(this, () => {
      this.training = training;
      for (const [, child] of this.children()) child.train(training);
    });
    return this;
  }

  /** Sets this module and all within it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Modules that this one keeps, under PyTorch's names. */
  children(): [string, AnyModule][] {
    return partsOf(this).flatMap(([name, part]): [string, AnyModule][] =>
      part instanceof Module ? [[name, part]] : [],
    );
  }

  /** All states under the names of PyTorch's `state_dict`: parameters and running statistics. What layers share has all its names. */
  namedStates(prefix = ""): [string, Tensor][] {
    const all = once(this, () => {
      const own = partsOf(this).flatMap(([name, part]): [string, Tensor][] =>
        part instanceof Module ? [] : [[prefix + name, part]],
      );
      return [...own, ...this.children().flatMap(([name, child]) => child.namedStates(`${prefix}${name}.`))];
    });
    return all ?? [];
  }

  /** The states that an optimizer moves, each once: one that several layers share has the first of its names. */
  namedParameters(): [string, Tensor][] {
    const names = new Map<Tensor, string>();
    for (const [name, t] of this.namedStates())
      if (t.leaf?.kind === "state" && t.leaf.trainable && !names.has(t)) names.set(t, name);
    return Array.from(names, ([t, name]) => [name, t]);
  }

  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }
}

const isState = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && (value as Tensor).leaf?.kind === "state";

/** Modules and states among the properties of one, and in lists, plain objects and Maps there. */
const partsOf = (module: AnyModule): [string, AnyModule | Tensor][] =>
  Object.entries(module).flatMap(([name, value]) => (name === "options" ? [] : partsIn(snakeCase(name), value, [])));

/**
 * A generator that a module keeps is no part of it: where it stands is a matter of the run.
 * @param around lists and objects that it lies in: one that lies in itself is not gone into again
 */
function partsIn(name: string, value: unknown, around: readonly unknown[]): [string, AnyModule | Tensor][] {
  if (value instanceof Module) return [[name, value]];
  if (isState(value)) return isOfGenerator(value) && around.length ? [] : [[name, value]];
  if (around.includes(value)) return [];
  return elementsOf(value).flatMap(([key, part]) => partsIn(`${name}.${String(key)}`, part, [...around, value]));
}

function elementsOf(value: unknown): (readonly [key: unknown, part: unknown])[] {
  if (Array.isArray(value) || value instanceof Map) return [...value.entries()];
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.entries(value) : [];
}

const entered = new Set<AnyModule>();

/** What `visit` gives, unless it is under way for that module: one that keeps the module it is a part of. */
function once<T>(module: AnyModule, visit: () => T): T | undefined {
  if (entered.has(module)) return undefined;
  entered.add(module);
  try {
    return visit();
  } finally {
    entered.delete(module);
  }
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
