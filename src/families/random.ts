import type { DType } from "../core/dtype";
import { checkShape, type Shape } from "../core/shape";
import { defaultGenerator, type RandomOptions, useGenerator } from "../graph/generator";
import { type KernelOp, record } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";

/** The attributes of every draw: a shape, and the number of its stream within the step. */
export interface Draw {
  readonly shape: Shape;
  readonly stream: number;
}

/** The parameters of every kernel of a draw; each adds its own. */
export interface DrawLaunch {
  readonly buffers: { readonly state: Tensor; readonly out: Tensor };
  readonly params: { readonly len: number; readonly stream: number };
  /** Number of invocations, of four elements each. */
  readonly grid: number;
}

/** An op that draws random numbers, with a generator's state as its only input. It has no gradient. */
export function drawOp<Attrs extends Draw>(
  name: string,
  dtype: DType,
  launch: (launch: DrawLaunch, attrs: Attrs) => Dispatch,
): KernelOp<Attrs> {
  return {
    kind: "kernel",
    name,
    infer: (_, { shape }) => [{ shape, dtype }],
    lower([state], [out], attrs) {
      const buffers = { state: state!, out: out! };
      const { size } = out!;
      return [launch({ buffers, params: { len: size, stream: attrs.stream }, grid: Math.ceil(size / 4) }, attrs)];
    },
    vjp: () => [null],
  };
}

/** Records a draw: each draw of a step has a stream of its own, and the generator counts the steps. */
export function draw<Attrs extends object>(
  op: KernelOp<Attrs & Draw>,
  shape: Shape,
  attrs: Attrs,
  { generator = defaultGenerator }: RandomOptions,
): Tensor {
  checkList(op.name, "the shape", shape);
  checkShape(op.name, shape);
  return record(op, [generator.state], { ...attrs, shape: [...shape], stream: useGenerator(generator) });
}
