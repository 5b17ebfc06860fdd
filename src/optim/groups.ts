import { CaptureError } from "../core/errors";
import { ALIGNMENT, type Arena } from "../graph/arena";
import { didYouMean, meant } from "../graph/options";
import { state, Tensor } from "../graph/tensor";

/** Parameters with hyperparameters of their own. */
export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  /** Default: the optimizer's. */
  readonly weightDecay?: number;
  /**
   * Factor of the learning rate; default 1. With 0 the parameters stay as they are and have no gradients: they do not count in
   * `clipNorm`, and the loss need not depend on them.
   */
  readonly lrScale?: number;
}

/** What an optimizer moves: a list of parameters, or groups of them. */
export type Parameters = readonly Tensor[] | readonly ParameterGroup[];

/**
 * Two groups for an optimizer: weights, which decay; and parameters of one dimension or none (biases, factors of
 * normalisation), which do not.
 * @param module or anything else that has parameters
 */
export function noDecay(module: { parameters(): readonly Tensor[] }): ParameterGroup[] {
  if (typeof module?.parameters !== "function")
    throw new CaptureError(
      "noDecay",
      "takes a module",
      {},
      "of a list make the groups yourself: [{ parameters, weightDecay: 0 }]",
    );
  const parameters = module.parameters();
  const groups: ParameterGroup[] = [
    { parameters: parameters.filter((p) => p.shape.length > 1) },
    { parameters: parameters.filter((p) => p.shape.length <= 1), weightDecay: 0 },
  ];
  return groups.filter((g) => g.parameters.length > 0);
}

const isList = (x: unknown): boolean => Array.isArray(x);

const GROUP_OPTIONS = ["parameters", "weightDecay", "lrScale"];

/** The groups of a list that may be flat. @throws CaptureError where there is nothing to move, or something cannot be */
export function groupsOf(name: string, parameters: Parameters): readonly ParameterGroup[] {
  if (!isList(parameters)) throw noList(name, "the parameters are", parameters);
  const isFlat = (list: Parameters): list is readonly Tensor[] => list[0] instanceof Tensor;
  const groups: readonly ParameterGroup[] = isFlat(parameters) ? [{ parameters }] : parameters;
  for (const [i, g] of groups.entries()) checkGroup(name, g, i);
  const all = groups.flatMap((g) => g.parameters);
  if (!all.length) throw new CaptureError(name, "no parameters");
  all.forEach((t, i) => {
    if (t?.leaf?.kind !== "state" || t.dtype !== "f32")
      throw new CaptureError(name, `parameter ${i} is no f32 state`, {}, "make it by parameter(…), or by a module");
    if (all.indexOf(t) !== i) throw new CaptureError(name, `parameter ${i} is named twice`, { parameter: t.leaf.name });
  });
  for (const [i, { weightDecay = 0, lrScale = 1 }] of groups.entries())
    if (!(weightDecay >= 0 && lrScale >= 0))
      throw new CaptureError(name, `group ${i}`, {
        weightDecay: `${weightDecay}`,
        lrScale: `${lrScale}`,
        wants: "≥ 0",
      });
  return groups;
}

function checkGroup(name: string, group: ParameterGroup, i: number): void {
  const keys = typeof group === "object" && group !== null && !Array.isArray(group) ? Object.keys(group) : undefined;
  if (!keys || typeof group.parameters === "function") throw noList(name, `entry ${i} of the parameters is`, group);
  const unknown = keys.find((key) => !GROUP_OPTIONS.includes(key));
  if (unknown !== undefined) {
    const known = unknown === "params" ? "parameters" : meant(unknown, GROUP_OPTIONS);
    const fix = /^lr$|rate/i.test(unknown) ? "lrScale, a factor of the optimizer's lr" : didYouMean(known);
    throw new CaptureError(name, `group ${i} has no option ${unknown}`, { options: GROUP_OPTIONS.join(", ") }, fix);
  }
  if (!Array.isArray(group.parameters)) throw noList(name, `the parameters of group ${i} are`, group.parameters);
}

/** The error for something that is not a list of parameters: most often the module that has them. */
function noList(name: string, what: string, given: unknown): CaptureError {
  const isModule = typeof (given as { parameters?: unknown } | undefined)?.parameters === "function";
  const shown =
    given instanceof Tensor ? "a tensor" : Array.isArray(given) ? "a list" : isModule ? "a module" : `${given}`;
  const fix = isModule ? "pass model.parameters()" : "pass a list of parameters, or of groups { parameters: [..] }";
  return new CaptureError(name, `${what} ${shown}`, {}, fix);
}

/**
 * Factor of the learning rate and weight decay of every segment of an arena, f32[2 · segments], so that one launch serves
 * all groups; undefined where all groups are the same.
 */
export function groupTable(arena: Arena, groups: readonly ParameterGroup[], weightDecay: number): Tensor | undefined {
  const rowOf = (g: ParameterGroup) => [g.lrScale ?? 1, g.weightDecay ?? weightDecay];
  const rows = new Map(groups.flatMap((g) => g.parameters.map((t) => [t, rowOf(g)] as const)));
  if ([...rows.values()].every(([scale, decay]) => scale === 1 && decay === weightDecay)) return undefined;
  const shape = [(2 * arena.length) / ALIGNMENT];
  return state("groups", { shape, dtype: "f32" }, () => Float32Array.from(arena.segments((t) => rows.get(t)!).flat()));
}
