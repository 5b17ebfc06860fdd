import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { tensorsOf } from "./dispatches";

/** Dispatches, some of which write over an input. */
interface InPlace {
  readonly dispatches: readonly Dispatch[];
  /** The input that each such result is written over. */
  readonly over: ReadonlyMap<Tensor, Tensor>;
}

/**
 * Lets dispatches write their results over an input, where each invocation reads only the element of it that it writes
 * ({@link Dispatch.own}), nothing reads the input later, and both have the same size.
 * @param mayShare whether a tensor's slot is free after its last reader
 */
export function inPlace(dispatches: readonly Dispatch[], mayShare: (t: Tensor) => boolean): InPlace {
  const last = new Map<Tensor, number>();
  const first = new Map<Tensor, number>();
  dispatches.forEach((d, at) => {
    for (const t of tensorsOf(d)) {
      last.set(t, at);
      if (!first.has(t)) first.set(t, at);
    }
  });
  const over = new Map<Tensor, Tensor>();
  const made = dispatches.map((d, at) => {
    const names = tensorsOf(d);
    const out = d.own && names[d.own.out];
    if (!d.own || !out || first.get(out) !== at || !mayShare(out)) return d;
    for (const k of d.own.reads) {
      const input = names[k]!;
      const dies =
        last.get(input) === at && first.get(input)! < at && names.indexOf(input) === names.lastIndexOf(input);
      if (!dies || !mayShare(input) || input.size !== out.size || input.dtype !== out.dtype) continue;
      const sharing = withoutBinding(d, k, d.own.out);
      if (!sharing) continue;
      over.set(out, input);
      return sharing;
    }
    return d;
  });
  return { dispatches: made, over };
}

/** The dispatch, reading binding `out` instead of binding k; null where their types differ. */
function withoutBinding(d: Dispatch, k: number, out: number): Dispatch | null {
  const { variant } = d;
  const declared = (n: number) =>
    new RegExp(`@group\\(0\\) @binding\\(${n}\\) var<storage, \\w+> (\\w+): array<(.+)>;\\n`).exec(variant.code);
  const [input, output] = [declared(k), declared(out)];
  const plain = (type: string) => type.replace("vec4<f32>", "vec4f");
  if (!input || !output || plain(input[2]!) !== plain(output[2]!)) return null;
  const code = variant.code
    .replace(input[0], "")
    .replace(new RegExp(`\\b${input[1]}\\[`, "g"), `${output[1]}[`)
    .replace(/@binding\((\d+)\)/g, (text, n: string) => (Number(n) > k ? `@binding(${Number(n) - 1})` : text));
  const without = <T>(list: readonly T[]) => list.filter((_, n) => n !== k);
  const { own: _, ...rest } = d;
  return {
    ...rest,
    variant: { ...variant, key: code, code, bindings: without(variant.bindings) },
    buffers: without(d.buffers),
  };
}
