import type { Spec } from "../core/shape";
import type { KernelOp } from "../graph/op";
import type { Ways } from "../kernel/ways";

/** An op that can be computed in several ways, and the way that was taken. */
export interface Choice {
  readonly ways: Ways;
  readonly way: string;
  /** @internal */
  readonly op: KernelOp;
  /** @internal */
  readonly inputs: readonly Spec[];
  /** @internal */
  readonly attrs: object;
}
