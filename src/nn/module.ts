import type { Tensor } from "../graph/tensor";

/** A layer or a network: states as properties, `forward` made of ops. */
export abstract class Module {
  /** Whether dropout drops and batch normalisation uses the batch's own statistics. Read when a step is captured. */
  training = true;

  abstract forward(x: Tensor): Tensor;

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
  children(): [string, Module][] {
    return Object.entries(this).flatMap(([name, value]): [string, Module][] => {
      if (value instanceof Module) return [[snakeCase(name), value]];
      if (!Array.isArray(value)) return [];
      return value.flatMap((v, i): [string, Module][] => (v instanceof Module ? [[`${snakeCase(name)}.${i}`, v]] : []));
    });
  }

  /** All states under the names of PyTorch's `state_dict`: parameters and running statistics. */
  namedStates(prefix = ""): [string, Tensor][] {
    const own = Object.entries(this).flatMap(([name, value]): [string, Tensor][] =>
      isState(value) ? [[prefix + snakeCase(name), value]] : [],
    );
    return [...own, ...this.children().flatMap(([name, child]) => child.namedStates(`${prefix}${name}.`))];
  }

  /** The states that an optimizer moves. */
  namedParameters(): [string, Tensor][] {
    return this.namedStates().filter(([, t]) => t.leaf?.kind === "state" && t.leaf.trainable);
  }

  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }
}

const isState = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && (value as Tensor).leaf?.kind === "state";

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
