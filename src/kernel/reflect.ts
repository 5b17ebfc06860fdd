import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { EPILOGUE_HOOK, type KernelInfo, type Param } from "./kernel.ts";
import type { ScalarFunction } from "./scalarFunction";
import { enablesIn, forElements } from "./variant.ts";

/** Reads one kernel file. @throws Error where it does not keep to the conventions of shaders/README.md */
export function reflectKernel(name: string, code: string): KernelInfo {
  const reflect = parse(`${name}.wgsl`, code);
  const entry = reflect.entry.compute[0];
  if (reflect.entry.compute.length !== 1 || entry?.name !== "main")
    throw new Error(`${name}.wgsl: wants exactly one @compute entry point, named main`);
  const group = reflect.getBindGroups()[0] ?? [];
  const storage = group.filter((v) => v && v.name !== "params");
  const uniform = group.find((v) => v?.name === "params");
  if (uniform && group.indexOf(uniform) !== group.length - 1)
    throw new Error(`${name}.wgsl: params must be bound last`);
  return {
    name,
    code,
    bindings: storage.map((v) => ({ name: v.name, access: v.access === "read" ? "read" : "write" })),
    params: (uniform?.members ?? []).map((m) => ({ name: m.name, type: scalarType(name, m.name, m.type.name) })),
    constants: literalConstants(code),
    workgroupSize: workgroupSize(code),
    hook: EPILOGUE_HOOK.test(forElements(code, {})),
    enables: enablesIn(code),
  };
}

/**
 * Reads one file of shaders/pointwise: a scalar function named after the file, and the functions that it calls. Its last parameter
 * may be the number of the element, `i: u32`.
 * @throws Error where the file has no such function
 */
export function reflectScalarFunction(name: string, code: string): ScalarFunction {
  const { functions } = parse(`pointwise/${name}.wgsl`, code);
  const has = (wanted: string) => functions.some((f) => f.name === wanted);
  if (!has(name)) throw new Error(`pointwise/${name}.wgsl: wants a function named ${name}`);
  const signature = code.match(new RegExp(`fn ${name}\\(([^)]*)\\) *-> *(\\w+)`));
  if (!signature) throw new Error(`pointwise/${name}.wgsl: cannot read the signature of ${name}`);
  const params = signature[1]!.split(",").flatMap((p) => {
    const [param, type] = p.split(":").map((s) => s.trim());
    return param && type ? [{ name: param, type: type as "T" }] : [];
  });
  const placed = params.at(-1)?.name === "i";
  return {
    name,
    code: code.replace(/^alias T = .*\n/m, ""),
    params: placed ? params.slice(0, -1) : params,
    result: signature[2] as "T",
    ...(placed && { placed }),
    ...(has(`${name}_by_four`) && { byFour: true }),
  };
}

/** @throws Error naming the file, where `wgsl_reflect` cannot read the text */
function parse(file: string, code: string): WgslReflect {
  try {
    return new WgslReflect(code);
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause });
  }
}

function scalarType(kernel: string, field: string, type: string): Param["type"] {
  if (type === "u32" || type === "i32" || type === "f32") return type;
  throw new Error(`${kernel}.wgsl: params.${field} must be u32, i32 or f32, not ${type}`);
}

/** The constants that a variant may replace: lines such as `const NAME = 4u;`. */
function literalConstants(code: string): Record<string, number> {
  const found = code.matchAll(/^const (\w+)(?:: *\w+)? *= *([-\d.]+)[uif]?;/gm);
  return Object.fromEntries([...found].map(([, name, value]) => [name!, Number(value)]));
}

function workgroupSize(code: string): (number | string)[] {
  const sizes = code.match(/@workgroup_size\(([^)]*)\)/)?.[1] ?? "1";
  return sizes.split(",").map((s) => (/^\d+u?$/.test(s.trim()) ? Number.parseInt(s, 10) : s.trim()));
}

const union = (names: readonly string[]) => names.map((n) => `"${n}"`).join(" | ") || "never";

/** The text of `<name>.d.wgsl.ts`: what TypeScript knows about a kernel. */
export function declareKernel(info: KernelInfo): string {
  const types = [info.bindings.map((b) => b.name), info.params.map((p) => p.name), Object.keys(info.constants)];
  return `// Generated from ${info.name}.wgsl. Do not edit.
import type { Kernel } from "../src/kernel/kernel";
declare const kernel: Kernel<${types.map(union).join(", ")}>;
export default kernel;
`;
}

/** The text of `pointwise/<name>.d.wgsl.ts`. */
export function declareScalarFunction(fn: ScalarFunction): string {
  return `// Generated from pointwise/${fn.name}.wgsl. Do not edit.
import type { ScalarFunction } from "../../src/kernel/scalarFunction";
declare const fn: ScalarFunction;
export default fn;
`;
}
