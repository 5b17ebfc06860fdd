import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "vite";
import { includedText, includesOf, withIncludes, withoutComments } from "./include.ts";
import { declareKernel, declareScalarFunction, reflectKernel, reflectScalarFunction } from "./reflect.ts";

/**
 * Makes `import kernel from "./x.wgsl"` a typed kernel handle, and `import fn from "./pointwise/x.wgsl"` a scalar function. Files
 * are reflected here, at build time: no reflection is shipped.
 * @param root the project's folder; the declarations of all its shaders are written at once, for `tsc`
 */
export function wgslKernels(root: string): Plugin {
  const folder = join(root, "shaders");
  for (const file of wgslFiles(folder)) if (!isIncluded(file)) writeDeclaration(file);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const declaration = join(folder, name);
    // The declaration of a shader that is gone: it would hide that an import of the shader is an error.
    if (name.endsWith(".d.wgsl.ts") && !existsSync(declaration.replace(".d.wgsl.ts", ".wgsl"))) rmSync(declaration);
  }
  let sent = (code: string) => code;
  return {
    name: "wgsl-kernels",
    enforce: "pre",
    configResolved({ command }) {
      if (command === "build") sent = withoutComments;
    },
    load(id) {
      if (!id.endsWith(".wgsl")) return;
      for (const file of wgslFiles(join(dirname(id), INCLUDE))) this.addWatchFile(file);
      if (!isIncluded(id)) writeDeclaration(id);
      return moduleOf(id, root, sent);
    },
  };
}

/** The folder beside the kernels with the files that they include, which are no kernels. */
const INCLUDE = "include";

const isPointwise = (file: string): boolean => basename(dirname(file)) === "pointwise";

const isIncluded = (file: string): boolean => basename(dirname(file)) === INCLUDE;

function wgslFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((f) => f.endsWith(".wgsl")).map((f) => join(folder, f));
}

/** The folder of the files that a kernel or a pointwise function includes. */
const includesFor = (file: string): string => join(dirname(file), isPointwise(file) ? ".." : "", INCLUDE);

/** Reads one of them. */
const reader = (file: string) => (name: string) => {
  const path = join(includesFor(file), name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
};

/** A kernel's text with what it includes. */
const kernelText = (file: string): string => withIncludes(basename(file), readFileSync(file, "utf8"), reader(file));

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

/** The JavaScript module of a WGSL file. @param sent changes a text before it is bundled */
function moduleOf(file: string, root: string, sent: (code: string) => string): string {
  const name = basename(file, ".wgsl");
  const own = readFileSync(file, "utf8");
  if (isIncluded(file)) return `export default ${JSON.stringify(sent(includedText(basename(file), own)))};`;
  // Included files are modules of their own, so that a bundle has each once.
  const files = [...includesOf(basename(file), own, reader(file)).keys()];
  const imports = files.map((f, i) => `import part${i} from ${JSON.stringify(join(includesFor(file), f))};`);
  const textOf = (text: string) => [JSON.stringify(sent(text)), ...files.map((_, i) => `part${i}`)].join(" + ");
  if (isPointwise(file)) {
    const { code, ...fn } = scalarFunctionOf(name, own);
    return `${imports.join("\n")}\nexport default { ...${JSON.stringify(fn)}, code: ${textOf(code)} };`;
  }
  const { code: _, ...info } = kernelOf(name, kernelText(file));
  return `import { Kernel } from ${JSON.stringify(join(root, "src/kernel/kernel.ts"))};
${imports.join("\n")}
export default /* @__PURE__ */ new Kernel({ ...${JSON.stringify(info)}, code: ${textOf(own)} });`;
}

function writeDeclaration(file: string): void {
  const name = basename(file, ".wgsl");
  const text = isPointwise(file)
    ? declareScalarFunction(scalarFunctionOf(name, readFileSync(file, "utf8")))
    : declareKernel(kernelOf(name, kernelText(file)));
  const path = file.replace(/\.wgsl$/, ".d.wgsl.ts");
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
