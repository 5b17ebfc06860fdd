import type { DType } from "../core/dtype";

/** Values for `const` declarations of a kernel. */
export type Constants = Readonly<Record<string, number>>;

/** Text that tells two sets of constants apart. */
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
  return suffix === "u" || suffix === "i" || /[.e]/.test(text) || suffix === "f" ? text + suffix : `${text}.0`;
}

/** The text of a generic shader (one that says `alias T = f32;`) for an element type; any other as it is. */
export function forElements(code: string, dtype: DType): string {
  const alias = /^alias T = f32;\n/m;
  return alias.test(code) ? code.replace(alias, "").replace(/\bT\b/g, dtype) : code;
}
