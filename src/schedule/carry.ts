import { rangeOf, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_BUFFERS } from "../kernel/kernel";
import { withParamsAt } from "../kernel/variant";
import { inConflict, type Launches, type Touched, tensorsOf, touchedBy } from "./dispatches";
import { declaredBy, moduleOf, prefixed } from "./phase";
import { bindingOf, joinedTo } from "./wgsl";

/** Whether a launch is of one invocation. */
export const isSingle = ({ variant, workgroups }: Dispatch): boolean =>
  [...variant.workgroupSize, ...workgroups].every((n) => n === 1);

/**
 * The dispatches, of which those of one invocation that only read and write states (counters) are done by the first invocation of
 * others. Each is carried by a launch past which it may be moved and whose pipeline serves it alone; of these, by the one with the
 * shortest text.
 * @param direct tensors that are computed in a state, each with that state
 */
export function withCarried({ dispatches, firstUpdate }: Launches, direct: ReadonlyMap<Tensor, Tensor>): Launches {
  const touched = new Map(dispatches.map((d) => [d, touchedBy(d, (t) => rangeOf(direct.get(t) ?? t))] as const));
  const made = [...dispatches];
  let first = firstUpdate;
  for (const d of dispatches) {
    if (!isSingle(d) || !tensorsOf(d).every(isStill)) continue;
    const at = made.indexOf(d);
    const [host] = mayCarry(made, at, touched).sort((a, b) => a.variant.code.length - b.variant.code.length);
    if (!host) continue;
    const carrying = carriedBy(host, d);
    touched.set(carrying, [...touched.get(host)!, ...touched.get(d)!]);
    made[made.indexOf(host)] = carrying;
    made.splice(at, 1);
    if (at < first) first--;
  }
  return { dispatches: made, firstUpdate: first };
}

/** Whether a tensor is of a state, and stays where it is: parameters may be moved. */
const isStill = ({ leaf, home }: Tensor): boolean => leaf?.kind === "state" && !home;

/** The dispatches that can carry dispatch `at`. */
function mayCarry(
  all: readonly Dispatch[],
  at: number,
  touched: ReadonlyMap<Dispatch, readonly Touched[]>,
): Dispatch[] {
  const own = touched.get(all[at]!)!;
  const isInWay = (d: Dispatch) => inConflict(touched.get(d)!, own);
  // A buffer that is written is bound once.
  const isApart = (d: Dispatch) => !touched.get(d)!.some((a) => own.some((b) => a.state === b.state));
  const before = all.slice(0, at).findLastIndex(isInWay);
  const after = all.findIndex((d, i) => i > at && isInWay(d));
  const around = all.slice(before + 1, after < 0 ? all.length : after);
  const isAlone = ({ variant }: Dispatch) => all.filter((d) => d.variant.key === variant.key).length === 1;
  return around.filter(
    (d) =>
      !isSingle(d) &&
      isApart(d) &&
      d.variant.params.length > 0 &&
      d.buffers.length + all[at]!.buffers.length <= MAX_BUFFERS &&
      isAlone(d),
  );
}

const PARAM = /(?<![\w.])params\.(\w+)/g;
const ENTRY = /^@compute @workgroup_size\([^)]*\)\s*/;
const MAIN = /^(@compute @workgroup_size\([^)]*\)\s*fn main\()([^{]*?),?\s*(\)\s*\{)/m;

/** The dispatch of `host`, whose first invocation does the work of `d` as well. */
function carriedBy(host: Dispatch, d: Dispatch): Dispatch {
  const first = host.variant.bindings.length;
  const prefix = `carried${first}_`;
  const { bindings, kept, main } = moduleOf(d.variant.code);
  const functions = [...kept, main.replace(ENTRY, "")];
  const declared = bindings.map(({ name, type, isWritten }, n) => bindingOf(first + n, name, type, isWritten));
  const names = [...bindings.map(({ name }) => name), ...functions.flatMap(declaredBy)];
  const own = [...declared, ...functions].map((text) =>
    prefixed(text, names, prefix).replace(PARAM, `params.${prefix}$1`),
  );
  const code = withParamsAt(host.variant.code, first + bindings.length).replace(MAIN, callingFirst(`${prefix}main();`));
  const renamed = <T extends { readonly name: string }>(t: T): T => ({ ...t, name: prefix + t.name });
  const more = { ...d, variant: { params: d.variant.params.map(renamed) } };
  return joinedTo(host, more, {
    text: [code, ...own, ""].join("\n"),
    name: `${host.variant.name} & ${d.variant.name}`,
    bindings: [...host.variant.bindings, ...d.variant.bindings.map(renamed)],
    buffers: [...host.buffers, ...d.buffers],
  });
}

/** Makes the beginning of a kernel's `main` one in which the first of all invocations does something before. */
const callingFirst =
  (call: string) =>
  (_: string, head: string, list: string, open: string): string => {
    const known = /@builtin\(global_invocation_id\) (\w+)/.exec(list)?.[1];
    const at = known ?? "invocation";
    const all = known ? list : `${list}${list && ", "}@builtin(global_invocation_id) ${at}: vec3u`;
    return `${head}${all}${open}\n  if (all(${at} == vec3u())) { ${call} }`;
  };
