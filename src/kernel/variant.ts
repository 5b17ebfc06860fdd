import type { DType } from "../core/dtype";

/** Values for `const` declarations of a kernel. */
export type Constants = Readonly<Record<string, number>>;

/** Text that differs for different constants. */
export function constantsKey(constants: Constants): string {
  const entries = Object.entries(constants).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length ? `<${entries.map(([k, v]) => `${k}=${v}`).join(",")}>` : "";
}

/**
 * The shader text with the value of each named `const` replaced: `const ROWS = 4u;` keeps its suffix and its place.
 * @throws Error where the file declares no such constant
 */
export function substituteConstants(kernel: string, code: string, constants: Constants): string {
  let out = code;
  for (const [name, value] of Object.entries(constants)) {
    const declaration = new RegExp(`^(const ${name}(?:: *\\w+)? *= *)[-\\d.]+([uif]?);`, "m");
    if (!declaration.test(out)) throw new Error(`${kernel}.wgsl declares no literal \`const ${name}\``);
    out = out.replace(declaration, (_, head: string, suffix: string) => `${head}${literal(value, suffix)};`);
  }
  return out;
}

function literal(value: number, suffix: string): string {
  const text = String(value);
  return suffix || /[.e]/.test(text) ? text + suffix : `${text}.0`;
}

/**
 * The text of a shader with its element types replaced. A generic shader declares `alias T = f32;` for what it reads and writes;
 * where these may differ, `alias O = f32;` for what it writes and `alias G = f32;` for a gradient that it reads.
 */
export function forElements(code: string, types: ElementTypes): string {
  let out = code;
  for (const name of ["T", "O", "G"] as const) {
    const alias = new RegExp(`^alias ${name} = f32;\\n`, "m");
    if (alias.test(out)) out = out.replace(alias, "").replace(new RegExp(`\\b${name}\\b`, "g"), types[name] ?? "f32");
  }
  return withHalves(out);
}

/** The text of a shader, with f16 enabled if it names f16. */
export const withHalves = (code: string): string =>
  code.includes("f16") && !/^enable f16;/m.test(code) ? `enable f16;\n${code}` : code;

/** The text of a shader with its `params` at another binding. */
export const withParamsAt = (code: string, binding: number): string =>
  code.replace(/@binding\(\d+\) var<uniform>/, `@binding(${binding}) var<uniform>`);

/** The WGSL extensions that a text enables. */
export const enablesIn = (code: string): string[] =>
  [...code.matchAll(/^enable (.+);/gm)].flatMap(([, list]) => list!.split(",").map((e) => e.trim()));

/** What `T`, `O` and `G` stand for in a shader; default f32. */
export type ElementTypes = Readonly<Partial<Record<"T" | "O" | "G", DType>>>;
