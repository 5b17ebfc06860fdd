import { ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { Tensor } from "./tensor";

const shown = (value: unknown): string => {
  if (value instanceof Tensor) return `a tensor ${showSpec(value)}`;
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
};

type Words<T extends string> = T extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : T;

/** T, if its words are the names of all options of O and no others; else a type whose error message says which are wrong. */
type NamesOf<O, T extends string> = [keyof O, Words<T>] extends [Words<T>, keyof O]
  ? T
  : { missing: Exclude<keyof O, Words<T>>; unknown: Exclude<Words<T>, keyof O> };

/**
 * Checks the options of `op`, and returns them unchanged.
 * @param names all options that there are, separated by spaces
 * @throws ShapeError where they are no object, an option with another name is set, or one to be called (`onEvent`) is no function
 */
export function optionsOf<O extends object, T extends string>(op: string, options: O, names: NamesOf<O, T> & T): O {
  checkObject(op, options);
  const known = names.split(" ");
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!known.includes(name)) unknown(op, name, known);
    if (/^on[A-Z]/.test(name)) checkOption(op, name, value, typeof value === "function", "a function");
  }
  return options;
}

/** @throws ShapeError unless `given`, the options, are an object: what PyTorch takes as a plain number or flag is named here */
export function checkObject(op: string, given: object, name = "options"): void {
  if (given === null || typeof given !== "object" || Array.isArray(given) || given instanceof Tensor)
    throw new ShapeError(
      op,
      `${name} are ${shown(given)}`,
      { wants: "an object" },
      "name what is meant: { name: value }",
    );
}

function unknown(op: string, name: string, known: readonly string[]): never {
  throw new ShapeError(op, `there is no option ${name}`, { options: known.join(", ") }, didYouMean(meant(name, known)));
}

/** The fix of an error that guesses the name. */
export const didYouMean = (name: string | undefined): string | undefined => name && `did you mean ${name}?`;

/** The known name that was probably meant: one with another spelling, the same beginning, or few other letters. */
export function meant(name: string, known: readonly string[]): string | undefined {
  const plain = (s: string) => s.replaceAll("_", "").toLowerCase();
  const find = (fits: (a: string, b: string) => boolean) => known.find((k) => fits(plain(name), plain(k)));
  const begins = (a: string, b: string) => a.length > 2 && (b.startsWith(a) || (b.length > 2 && a.startsWith(b)));
  return (
    find((a, b) => a === b) ??
    find((a, b) => a.length > 2 && near(a, b, 1)) ??
    find(begins) ??
    find((a, b) => a.length > 4 && near(a, b, 2))
  );
}

/** Whether `a` becomes `b` by at most this many letters inserted, deleted or replaced. */
function near(a: string, b: string, edits: number): boolean {
  if (!a || !b) return a.length + b.length <= edits;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return near(restA, restB, edits);
  return edits > 0 && (near(restA, b, edits - 1) || near(a, restB, edits - 1) || near(restA, restB, edits - 1));
}

/** @throws ShapeError unless `holds`. @param wants what the value must be, for the error */
export function checkOption(op: string, name: string, value: unknown, holds: boolean, wants: string): void {
  if (!holds) throw new ShapeError(op, `${name} ${shown(value)}`, { wants });
}

/** @throws ShapeError unless the option `name` is one of these words */
export function checkWord(op: string, name: string, value: unknown, words: readonly string[]): void {
  checkOption(op, name, value, words.includes(value as string), words.join(", "));
}

/** @throws ShapeError unless `eps`, which is added to a variance, is a number above 0 */
export const checkEps = (op: string, eps: number): void =>
  checkOption(op, "eps", eps, Number.isFinite(eps) && eps > 0, "eps > 0");

/** @throws ShapeError unless the argument `name` is a list: PyTorch also takes the elements as separate arguments */
export function checkList(op: string, name: string, list: readonly unknown[]): void {
  if (!Array.isArray(list))
    throw new ShapeError(op, `${name} is ${shown(list)}`, { wants: "a list" }, "put brackets around: [a, b]");
}
