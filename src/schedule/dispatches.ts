import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";

/** The tensors that a dispatch binds, in binding order. `Dispatch` itself, in the room `kernel`, only knows references. */
export const tensorsOf = ({ buffers }: Dispatch): readonly Tensor[] => buffers as readonly Tensor[];

/** Those of them that it writes. */
export const writtenBy = (d: Dispatch): Tensor[] =>
  tensorsOf(d).filter((_, i) => d.variant.bindings[i]!.access === "write");
