import { ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { Tensor } from "./tensor";

const shown = (value: unknown): string => {
  if (value instanceof Tensor) return `a tensor ${showSpec(value)}`;
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
};

/**
 * The options of an op as they are.
 * @throws ShapeError unless they are an object: what PyTorch takes as plain numbers and flags has a name here
 */
export function optionsOf<O extends object>(op: string, options: O): O {
  if (options === null || typeof options !== "object" || Array.isArray(options) || options instanceof Tensor)
    throw new ShapeError(
      op,
      `options are ${shown(options)}`,
      { wants: "an object" },
      "name what is meant: { name: value }",
    );
  return options;
}

/** @throws ShapeError unless the option `name` has a value that holds what is wanted of it */
export function checkOption(op: string, name: string, value: unknown, holds: boolean, wants: string): void {
  if (!holds) throw new ShapeError(op, `${name} ${shown(value)}`, { wants });
}

/** @throws ShapeError unless the option `name` is one of these words */
export function checkWord(op: string, name: string, value: unknown, words: readonly string[]): void {
  checkOption(op, name, value, words.includes(value as string), words.join(", "));
}

/** @throws ShapeError unless what is added to a variance is above 0 */
export const checkEps = (op: string, eps: number): void => checkOption(op, "eps", eps, eps > 0, "eps > 0");

/** @throws ShapeError unless what is called `name` is a list: PyTorch takes its elements as arguments too */
export function checkList(op: string, name: string, list: readonly unknown[]): void {
  if (!Array.isArray(list))
    throw new ShapeError(op, `${name} is ${shown(list)}`, { wants: "a list" }, "put brackets around: [a, b]");
}
