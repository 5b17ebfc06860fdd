import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "vite";
import { declareKernel, declareScalarFunction, reflectKernel, reflectScalarFunction } from "./reflect.ts";

/**
 * Makes `import kernel from "./x.wgsl"` a typed kernel handle, and `import fn from "./pointwise/x.wgsl"` a scalar
 * function. The file is reflected here, at build time: at run time reflection costs nothing and is not shipped.
 * @param root the project's folder; declarations for `shaders/` are written at once, so that `tsc` sees them
 */
export function wgslKernels(root: string): Plugin {
  for (const file of wgslFiles(join(root, "shaders"))) writeDeclaration(file);
  return {
    name: "wgsl-kernels",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(".wgsl")) return;
      writeDeclaration(id);
      return moduleOf(id, root);
    },
  };
}

const isPointwise = (file: string): boolean => basename(dirname(file)) === "pointwise";

function wgslFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((f) => f.endsWith(".wgsl")).map((f) => join(folder, f));
}

function moduleOf(file: string, root: string): string {
  const code = readFileSync(file, "utf8");
  const name = basename(file, ".wgsl");
  if (isPointwise(file)) return `export default ${JSON.stringify(reflectScalarFunction(name, code))};`;
  const kernelModule = JSON.stringify(join(root, "src/kernel/kernel.ts"));
  return `import { Kernel } from ${kernelModule};
export default /* @__PURE__ */ new Kernel(${JSON.stringify(reflectKernel(name, code))});`;
}

function writeDeclaration(file: string): void {
  const code = readFileSync(file, "utf8");
  const name = basename(file, ".wgsl");
  const text = isPointwise(file)
    ? declareScalarFunction(reflectScalarFunction(name, code))
    : declareKernel(reflectKernel(name, code));
  const path = file.replace(/\.wgsl$/, ".d.wgsl.ts");
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}
