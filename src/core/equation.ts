import { ShapeError } from "./errors";
import { type Shape, showShape } from "./shape";

/** An equation of `einsum`: the label of every dimension of the inputs and the output. */
interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * Reads an equation such as `"...ij,jk->...ik"`. The dimensions of `...` are labelled `.0`, `.1`, … from the last one.
 * @throws ShapeError where it is malformed, or does not fit the shapes of the operands
 */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  const refuse: Refuse = (problem, fix) => {
    throw new ShapeError("einsum", problem, { equation, operands: shapes.map(showShape).join(" ") }, fix);
  };
  const [left, right, ...more] = equation.replace(/\s+/g, "").split("->");
  const terms = left!.split(",");
  if (more.length) refuse("more than one ->");
  if (terms.length !== shapes.length) refuse(`${terms.length} terms for ${shapes.length} operands`);
  const inputs = terms.map((term, i) => labelsOf(term, shapes[i]!.length, refuse));
  const longest = Math.max(...inputs.map((labels) => labels.filter((label) => label.startsWith(".")).length));
  const ellipsis = ellipsisLabels(longest);
  const output =
    right === undefined
      ? implied(inputs, ellipsis)
      : lettersOf(right, refuse).flatMap((label) => (label === "..." ? ellipsis : [label]));
  for (const label of output)
    if (!inputs.some((labels) => labels.includes(label))) refuse(`no operand has the label ${label}`);
  return { inputs, output };
}

type Refuse = (problem: string, fix?: string) => never;

/** The label of each dimension of an operand. */
function labelsOf(term: string, rank: number, refuse: Refuse): string[] {
  const letters = lettersOf(term, refuse);
  const count = rank - letters.filter((label) => label !== "...").length;
  if (count < 0 || (count > 0 && !letters.includes("..."))) refuse(`${term || "(none)"} labels no ${rank} dimensions`);
  return letters.flatMap((label) => (label === "..." ? ellipsisLabels(count) : [label]));
}

const ellipsisLabels = (count: number): string[] => Array.from({ length: count }, (_, d) => `.${count - 1 - d}`);

function lettersOf(term: string, refuse: Refuse): readonly string[] {
  const letters: readonly string[] = term.match(/\.\.\.|./g) ?? [];
  const strange = letters.find((label) => label !== "..." && !/^[A-Za-z]$/.test(label));
  if (strange) refuse(`${strange} is no label`, "labels are letters; ... stands for further dimensions");
  const twice = letters.find((label, d) => letters.indexOf(label) !== d);
  if (twice) refuse(`${twice} comes twice in ${term}`, "diagonals are not taken: multiply by eye and sum");
  return letters;
}

/** The output of an equation without `->`: the dimensions of `...`, then the letters that occur once, in alphabetical order. */
function implied(inputs: readonly (readonly string[])[], ellipsis: readonly string[]): string[] {
  const all = inputs.flat().filter((label) => !label.startsWith("."));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label));
  return [...ellipsis, ...once.sort()];
}
