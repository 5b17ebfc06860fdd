import { showSpec } from "../core/shape";
import { isOfGenerator } from "../graph/generator";
import type { Tensor } from "../graph/tensor";

/** Any module, whatever its `forward` takes and gives. */
export type AnyModule = Module<never, unknown>;

/**
 * A layer or a network: modules and states as properties, `forward` made of ops. One that takes or returns something else than
 * one tensor says so: `class Pairs extends Module<[x: Tensor, y: Tensor], readonly [Tensor, Tensor]>`.
 *
 * Modules and states are also found in lists, plain objects and Maps, however deep, and are named as in PyTorch:
 * `layers.0.weight`, `blocks.a.weight`. They are not found in private fields (`#name`), in objects of other classes, or in a
 * layer's `options`.
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Result = Tensor> {
  /** Whether dropout is active and batch normalisation uses the statistics of the batch. Read when a step is captured. */
  training = true;

  /** Records what the module computes. */
  abstract forward(...inputs: Inputs): Result;

  /** Sets this module and all within it to training, or with `false` to evaluation. */
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

  /** The modules that this one consists of, under PyTorch's names. */
  children(): [string, AnyModule][] {
    return partsOf(this).flatMap(([name, part]): [string, AnyModule][] =>
      part instanceof Module ? [[name, part]] : [],
    );
  }

  /** Parameters and running statistics under the names of PyTorch's `state_dict`. One that layers share is listed under each name. */
  namedStates(prefix = ""): [string, Tensor][] {
    const all = once(this, () => {
      const own = partsOf(this).flatMap(([name, part]): [string, Tensor][] =>
        part instanceof Module ? [] : [[prefix + name, part]],
      );
      return [...own, ...this.children().flatMap(([name, child]) => child.namedStates(`${prefix}${name}.`))];
    });
    return all ?? [];
  }

  /** The states that an optimizer moves, each once: one that layers share under its first name. */
  namedParameters(): [string, Tensor][] {
    const names = new Map<Tensor, string>();
    for (const [name, t] of this.namedStates())
      if (t.leaf?.kind === "state" && t.leaf.trainable && !names.has(t)) names.set(t, name);
    return Array.from(names, ([t, name]) => [name, t]);
  }

  /** The tensors of {@link namedParameters}. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }

  /** A line for each of {@link namedStates} with its shape, and how many numbers an optimizer moves. */
  toString(): string {
    const states = this.namedStates();
    const width = Math.max(0, ...states.map(([name]) => name.length));
    const lines = states.map(([name, t]) => `${name.padEnd(width)}  ${showSpec(t)}`);
    const total = this.parameters().reduce((n, t) => n + t.size, 0);
    return [...lines, `${total} parameters`].join("\n");
  }

  /** What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const isState = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && (value as Tensor).leaf?.kind === "state";

/** Modules and states among the properties of one, and in lists, plain objects and Maps there. */
const partsOf = (module: AnyModule): [string, AnyModule | Tensor][] =>
  Object.entries(module).flatMap(([name, value]) => (name === "options" ? [] : partsIn(snakeCase(name), value, [])));

/**
 * The modules and states in a value. A generator that a module keeps is not one of its states: it belongs to the run.
 * @param around the lists and objects around it: one that contains itself is not entered again
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

/** What `visit` returns; undefined while it is under way for that module, as where a part keeps the module that it belongs to. */
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
