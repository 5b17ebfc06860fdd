/** A loop marked `// @unroll` or `// @unroll COUNT`, in the only form that is understood. */
const MARKED = /\/\/ @unroll(?: (\w+))?\s*\n\s*for \(var (\w+) = 0u; \2 < ([^;]+?); \2\+\+\) \{/;

/**
 * The code with each loop after a line `// @unroll` unrolled: a copy of its body for each turn, in braces, with the counter replaced
 * by the turn's number. This is for devices whose compiler keeps short loops, and the arrays that they index, in memory.
 * A loop inside another is unrolled only where it is marked itself.
 *
 * The bound of a loop marked `// @unroll COUNT` is not constant, so that other compilers do not spend seconds on unrolling it. `COUNT`
 * is the most turns that it takes, and each copy of the body checks the loop's own condition.
 * @throws Error where the bound or `COUNT` is not made of literals and module constants by * and /
 */
export function unroll(code: string): string {
  const constants = moduleConstants(code);
  let out = code;
  for (let marked = MARKED.exec(out); marked; marked = MARKED.exec(out)) {
    const [head, count, counter, bound] = marked as unknown as [string, string | undefined, string, string];
    const start = marked.index + head.length;
    const end = closingBrace(out, start);
    const body = out.slice(start, end);
    const name = new RegExp(`\\b${counter}\\b`, "g");
    const turns = Array.from({ length: evaluate(count ?? bound, constants) }, (_, i) => {
      const condition = count ? `if (${i}u < ${bound}) ` : "";
      return `${condition}{${body.replace(name, `${i}u`)}}`;
    });
    out = out.slice(0, marked.index) + turns.join("\n") + out.slice(end + 1);
  }
  return out;
}

function moduleConstants(code: string): Map<string, number> {
  const constants = new Map<string, number>();
  for (const [, name, value] of code.matchAll(/^const (\w+)(?:: *u32)? *= *([\w\s*/]+);/gm))
    constants.set(name!, tryEvaluate(value!, constants) ?? Number.NaN);
  return constants;
}

function evaluate(expression: string, constants: ReadonlyMap<string, number>): number {
  const value = tryEvaluate(expression, constants);
  if (value === undefined || !Number.isInteger(value)) throw new Error(`@unroll: cannot evaluate \`${expression}\``);
  return value;
}

/** Products and quotients of unsigned literals and names, from left to right. */
function tryEvaluate(expression: string, constants: ReadonlyMap<string, number>): number | undefined {
  const [first, ...rest] = expression.split(/\s*([*/])\s*/).map((s) => s.trim());
  const operand = (text: string) => (/^\d+u?$/.test(text) ? Number.parseInt(text, 10) : constants.get(text));
  let value = operand(first!);
  for (let i = 0; i < rest.length && value !== undefined; i += 2) {
    const next = operand(rest[i + 1]!);
    if (next === undefined) return undefined;
    value = rest[i] === "*" ? value * next : Math.floor(value / next);
  }
  return value;
}

/** Where the brace that opens just before `start` is closed. */
function closingBrace(code: string, start: number): number {
  let depth = 1;
  for (let i = start; i < code.length; i++) {
    if (code[i] === "{") depth++;
    if (code[i] === "}" && --depth === 0) return i;
  }
  throw new Error("@unroll: a brace is not closed");
}
