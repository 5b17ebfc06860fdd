import type { Tensor } from "../graph/tensor";

/** Any module, whatever its `forward` takes and gives. */
export type AnyModule = Module<never, unknown>;

/**
 * A layer or a network: states as properties, `forward` made of ops. One that takes or gives something else than one tensor
 * says so: `class Pairs extends Module<[x: Tensor, y: Tensor], readonly [Tensor, Tensor]>`.
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Result = Tensor> {
  /** Whether dropout drops and batch normalisation uses the batch's own statistics. Read when a step is captured. */
  training = true;

  abstract forward(...inputs: Inputs): Result;

  /** Sets this module and all within it to training. */
  train(training = true): this {
    this.training = training;
    for (const [, child] of this.children()) child.train(training);
    return this;
  }

  /** Sets this module and all within it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Modules that are properties of this one, or elements of such properties, under PyTorch's names. */
  children(): [string, AnyModule][] {
    return Object.entries(this).flatMap(([name, value]): [string, AnyModule][] => {
      if (value instanceof Module) return [[snakeCase(name), value]];
      if (!Array.isArray(value)) return [];
      return value.flatMap((v, i): [string, AnyModule][] =>
        v instanceof Module ? [[`${snakeCase(name)}.${i}`, v]] : [],
      );
    });
  }

  /** All states under the names of PyTorch's `state_dict`: parameters and running statistics. What layers share has all its names. */
  namedStates(prefix = ""): [string, Tensor][] {
    const own = Object.entries(this).flatMap(([name, value]): [string, Tensor][] =>
      isState(value) ? [[prefix + snakeCase(name), value]] : [],
    );
    return [...own, ...this.children().flatMap(([name, child]) => child.namedStates(`${prefix}${name}.`))];
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

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
