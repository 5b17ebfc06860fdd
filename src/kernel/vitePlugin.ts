import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "vite";
import { withIncludes } from "./include.ts";
import { declareKernel, declareScalarFunction, reflectKernel, reflectScalarFunction } from "./reflect.ts";

/**
 * Makes `import kernel from "./x.wgsl"` a typed kernel handle, and `import fn from "./pointwise/x.wgsl"` a scalar
 * function. The file is reflected here, at build time: at run time reflection costs nothing and is not shipped.
 * @param root the project's folder; declarations for `shaders/` are written at once, so that `tsc` sees them
 */
export function wgslKernels(root: string): Plugin {
  const folder = join(root, "shaders");
  for (const file of wgslFiles(folder)) if (!isIncluded(file)) writeDeclaration(file);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const declaration = join(folder, name);
    // Of a shader that is gone: without it, an import of that shader is a compile error.
    if (name.endsWith(".d.wgsl.ts") && !existsSync(declaration.replace(".d.wgsl.ts", ".wgsl"))) rmSync(declaration);
  }
  return {
    name: "wgsl-kernels",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(".wgsl")) return;
      for (const file of wgslFiles(join(dirname(id), INCLUDE))) this.addWatchFile(file);
      writeDeclaration(id);
      return moduleOf(id, root);
    },
  };
}

/** Folder beside the kernels that holds what they include: no kernels themselves. */
const INCLUDE = "include";

const isPointwise = (file: string): boolean => basename(dirname(file)) === "pointwise";

const isIncluded = (file: string): boolean => basename(dirname(file)) === INCLUDE;

function wgslFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((f) => f.endsWith(".wgsl")).map((f) => join(folder, f));
}

/** A kernel's text with what it includes. */
function kernelText(file: string): string {
  const folder = join(dirname(file), INCLUDE);
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : undefined;
  return withIncludes(basename(file), readFileSync(file, "utf8"), read);
}

/** A pointwise function's text: it goes into generated kernels, which include nothing. */
function pointwiseText(file: string): string {
  const code = readFileSync(file, "utf8");
  if (code.includes("// @include")) throw new Error(`pointwise/${basename(file)}: a scalar function includes nothing`);
  return code;
}

/** Reflects each text once: a build bundles the engine anew for every worker. */
function once<R>(reflect: (name: string, code: string) => R): (name: string, code: string) => R {
  const known = new Map<string, { code: string; result: R }>();
  return (name, code) => {
    const before = known.get(name);
    if (before?.code === code) return before.result;
    const result = reflect(name, code);
    known.set(name, { code, result });
    return result;
  };
}

const kernelOf = once(reflectKernel);
const scalarFunctionOf = once(reflectScalarFunction);

function moduleOf(file: string, root: string): string {
  const name = basename(file, ".wgsl");
  if (isPointwise(file)) return `export default ${JSON.stringify(scalarFunctionOf(name, pointwiseText(file)))};`;
  const kernelModule = JSON.stringify(join(root, "src/kernel/kernel.ts"));
  return `import { Kernel } from ${kernelModule};
export default /* @__PURE__ */ new Kernel(${JSON.stringify(kernelOf(name, kernelText(file)))});`;
}

function writeDeclaration(file: string): void {
  const name = basename(file, ".wgsl");
  const text = isPointwise(file)
    ? declareScalarFunction(scalarFunctionOf(name, pointwiseText(file)))
    : declareKernel(kernelOf(name, kernelText(file)));
  const path = file.replace(/\.wgsl$/, ".d.wgsl.ts");
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
