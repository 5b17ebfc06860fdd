import type { Dispatch } from "../kernel/kernel";

/** Where a binding of a launch is in a kernel that joins several: from element `offset` on of a buffer of words. */
export interface Placed {
  /** The buffer's name in the joint kernel. */
  readonly buffer: string;
  readonly offset: number;
}

/** A launch as a part of a kernel of one workgroup. */
export interface Phase {
  /** WGSL of the kernel's functions and constants. Its `main` is a function, and all names begin with the prefix. */
  readonly text: string;
  /** WGSL that does the work of the launch, by all invocations of the workgroup. */
  readonly call: string;
}

interface ElementAccess extends Placed {
  readonly type: string;
  readonly isWritten: boolean;
}

/** What can be reached only through a binding of its own, or needs invocations that run together. */
const TIED = /\b(?:subgroup\w*|atomic\w*|private|f16|arrayLength)\b|(?<!&)&\s*\w+\s*\[/;
/** By what invocations of a workgroup work together. */
const TOGETHER = /\b(?:workgroup\w*|storageBarrier)\b/;
/** The size of the workgroup in a kernel that is as good with any. */
const FREE_LANES = /^const FREE_LANES = \d+u;$/;
const COMMENT = /\/\/(?! @unroll)[^\n]*/g;
const BINDING = /^@group\(0\) @binding\(\d+\) var<storage, (read|read_write)> (\w+): array<([\w<>]+)>;$/;
const MAIN = /^@compute @workgroup_size\(([^)]*)\)\s*fn main\(([^{]*)\)\s*\{/;
/** Types of elements, with the number of their components where that is more than one. */
const ELEMENT = /^(?:[fiu]32|vec(?<count>[24])(?:[fiu]|<[fiu]32>))$/;
const DECLARED = /^(?:fn|const|alias|struct|var<workgroup>)\s+(\w+)/;
/** A name that is not the member of something. */
const whole = (names: readonly string[]): string => `(?<![\\w.])(${names.join("|")})(?!\\w)`;

/**
 * The text of a launch's kernel, changed so that one workgroup can do the work of all: an invocation takes the place of the
 * launch's invocations one after the other, and each element that the kernel reads or writes is looked up in a buffer of words.
 * @param places where each binding is
 * @param lanes invocations of the workgroup
 * @returns null where the kernel uses its bindings otherwise than by element, or where its invocations work together and are
 *   not one workgroup with FREE_LANES
 */
export function phaseOf(d: Dispatch, prefix: string, places: readonly Placed[], lanes: number): Phase | null {
  const { bindings, main, kept } = moduleOf(d.variant.code);
  const [head, size, list] = main.match(MAIN)!;
  const body = main.slice(head.length);
  if (bindings.some(({ type }) => !ELEMENT.test(type)) || [...kept, body].some((text) => TIED.test(text))) return null;
  const isTogether = kept.some((text) => TOGETHER.test(text)) || TOGETHER.test(body);
  const isFree = size === "LANES" && kept.some((text) => FREE_LANES.test(text)) && d.workgroups.every((n) => n === 1);
  if (isTogether && !isFree) return null;
  const call = isTogether ? callTogether(list!, prefix) : callOf(d, list!, prefix, lanes);
  if (!call) return null;
  const accesses = new Map(
    bindings.map((b) => [b.name, { ...b, ...places[d.variant.bindings.findIndex(({ name }) => name === b.name)]! }]),
  );
  const functions = [
    ...kept.map((text) => text.replace(FREE_LANES, `const FREE_LANES = ${lanes}u;`)),
    `fn main(${list!.replace(/@builtin\(\w+\)\s*/g, "")}) {${body}`,
  ];
  const own = functions.flatMap(declaredBy);
  const changed = functions.map((text) => accessed(text, accesses, prefix));
  if (changed.includes(null)) return null;
  const lookups = [...accesses].map(([name, access]) => accessors(prefix + name, access));
  return { text: [...lookups, ...changed.map((text) => prefixed(text!, own, prefix))].join("\n"), call };
}

interface Module {
  readonly bindings: readonly { readonly name: string; readonly type: string; readonly isWritten: boolean }[];
  readonly main: string;
  /** Constants, types, workgroup memory and functions. */
  readonly kept: readonly string[];
}

/** The parts of a kernel's text. */
export function moduleOf(code: string): Module {
  const all = topLevel(code.replace(COMMENT, ""));
  const bindings = all.flatMap((text) => {
    const [, access, name, type] = text.match(BINDING) ?? [];
    return name ? [{ name, type: type!, isWritten: access === "read_write" }] : [];
  });
  const kept = all.filter((text) => !MAIN.test(text) && !/^(?:struct Params\b|@group)/.test(text));
  return { bindings, main: all.find((text) => MAIN.test(text))!, kept };
}

/** The declarations of a module. */
function topLevel(code: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < code.length; i++) {
    const c = code[i]!;
    if (c === "{") depth++;
    if (c === "}") depth--;
    if (depth > 0 || (c !== ";" && c !== "}")) continue;
    const text = code.slice(start, i + 1).trim();
    if (text !== ";") found.push(text);
    start = i + 1;
  }
  return found;
}

/** WGSL that runs `main` with all lanes of the one workgroup; null where it asks for more than its lane. */
function callTogether(list: string, prefix: string): string | null {
  const asked = [...list.matchAll(/@builtin\((\w+)\)/g)].map(([, name]) => name);
  return asked.join() === "local_invocation_index" ? `${prefix}main(lane);` : null;
}

/** WGSL that runs `main` for every invocation of the launch; null where it wants to know more than where it is. */
function callOf({ variant, workgroups }: Dispatch, list: string, prefix: string, lanes: number): string | null {
  const size = variant.workgroupSize;
  const all = size[0] * size[1] * size[2];
  const count = workgroups[0] * workgroups[1] * workgroups[2];
  const local = coordinates(`at % ${all}u`, size);
  const group = coordinates(`at / ${all}u`, workgroups);
  const isRow = [...size.slice(1), ...workgroups.slice(1)].every((n) => n === 1);
  const builtins: Readonly<Record<string, string>> = {
    workgroup_id: group,
    num_workgroups: vector(workgroups),
    local_invocation_id: local,
    local_invocation_index: `at % ${all}u`,
    global_invocation_id: isRow ? "vec3u(at, 0u, 0u)" : `${group} * ${vector(size)} + ${local}`,
  };
  const values = [...list.matchAll(/@builtin\((\w+)\)/g)].map(([, name]) => builtins[name!]);
  if (values.includes(undefined)) return null;
  return `for (var at = lane; at < ${all * count}u; at += ${lanes}u) { ${prefix}main(${values.join(", ")}); }`;
}

const vector = (sizes: readonly number[]): string => `vec3u(${sizes.map((n) => `${n}u`).join(", ")})`;

/** WGSL of the coordinates of number `i` among `x` · `y` · `z`. */
function coordinates(i: string, [x, y, z]: readonly [number, number, number]): string {
  if (y === 1 && z === 1) return `vec3u(${i}, 0u, 0u)`;
  return `vec3u(${i} % ${x}u, ${i} / ${x}u % ${y}u, ${i} / ${x * y}u)`;
}

/** Functions that read and write an element, or four, of a binding. */
function accessors(name: string, { buffer, offset, type, isWritten }: ElementAccess): string {
  const count = Number(type.match(ELEMENT)!.groups!.count ?? 1);
  const all = Array.from({ length: count }, (_, n) => `${buffer}[j + ${n}u]`);
  const [words, wordType] = count === 1 ? [all[0], "u32"] : [`vec${count}u(${all.join(", ")})`, `vec${count}u`];
  const start = `let j = ${offset}u + ${count}u * i;`;
  const read = `fn get_${name}(i: u32) -> ${type} { ${start} return bitcast<${type}>(${words}); }`;
  if (!isWritten) return read;
  const stores = all.map((word, n) => `${word} = w${count === 1 ? "" : `[${n}]`};`).join(" ");
  return `${read}\nfn set_${name}(i: u32, value: ${type}) { ${start} let w = bitcast<${wordType}>(value); ${stores} }`;
}

/** Names of parameters and of variables that a function declares. */
const locals = (text: string): Set<string> =>
  new Set([...text.matchAll(/\b(?:let|var|const)\s+(\w+)|[(,]\s*(\w+)\s*:/g)].map(([, a, b]) => (a ?? b)!));

/** A function whose reads and writes of elements are calls of {@link accessors}; null where one is neither. */
function accessed(text: string, accesses: ReadonlyMap<string, ElementAccess>, prefix: string): string | null {
  const own = locals(text);
  const names = [...accesses.keys()].filter((name) => !own.has(name));
  const fields = text.replace(/(?<![\w.])params\.(\w+)/g, `params.${prefix}$1`);
  if (/(?<![\w.])params(?![\w.])/.test(fields)) return null;
  // Of a name that is declared again, an index may be of either.
  if ([...accesses.keys()].some((name) => own.has(name) && indexOf([name]).test(text))) return null;
  if (!names.length) return fields;
  const changed = lookedUp(fields, names, prefix);
  return changed === null || new RegExp(whole(names)).test(changed) ? null : changed;
}

const indexOf = (names: readonly string[]): RegExp => new RegExp(`${whole(names)}\\s*\\[`);

function lookedUp(text: string, names: readonly string[], prefix: string): string | null {
  const found = indexOf(names).exec(text);
  if (!found) return text;
  const name = prefix + found[1]!;
  const open = found.index + found[0].length;
  const close = endOf(text, open, "]");
  const index = lookedUp(text.slice(open, close), names, prefix);
  const after = text.slice(close + 1);
  const before = text.slice(0, found.index);
  const assign = /^\s*([-+*/%&|^]?)=(?!=)/.exec(after);
  if (/^(?:\.\w+|\[[^\]]*\])*\s*(?:[-+*/%&|^]?=(?!=)|\+\+|--)/.test(after) && !assign) return null;
  if (!assign) return joined(`${before}get_${name}(u32(${index}))`, lookedUp(after, names, prefix), index);
  const end = endOf(after, assign[0].length, ";");
  const value = lookedUp(after.slice(assign[0].length, end), names, prefix);
  const all = assign[1] ? `get_${name}(u32(${index})) ${assign[1]} (${value})` : value;
  return joined(`${before}set_${name}(u32(${index}), ${all})`, lookedUp(after.slice(end), names, prefix), index, value);
}

const joined = (head: string, rest: string | null, ...parts: (string | null)[]): string | null =>
  rest === null || parts.includes(null) ? null : head + rest;

/** Where the brackets around `from` are closed, or the statement ends. */
function endOf(text: string, from: number, end: "]" | ";"): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (depth === 0 && c === end) return i;
    if ("([{".includes(c)) depth++;
    if (")]}".includes(c)) depth--;
  }
  return text.length;
}

/** The name that a declaration gives. */
export const declaredBy = (text: string): string[] => text.match(DECLARED)?.slice(1) ?? [];

/** A declaration with the names of the module prefixed; members of a struct keep theirs. */
export function prefixed(text: string, names: readonly string[], prefix: string): string {
  const member = text.startsWith("struct") ? "(?!\\s*:)" : "";
  return text.replace(new RegExp(whole(names) + member, "g"), `${prefix}$1`);
}
