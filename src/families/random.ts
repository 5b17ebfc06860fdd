import type { DType } from "../core/dtype";
import { checkShape, type Shape } from "../core/shape";
import { defaultGenerator, type RandomOptions, useGenerator } from "../graph/generator";
import { type KernelOp, record } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";

/** What every draw is: a shape, and the number of its stream within the step. */
export interface Draw {
  readonly shape: Shape;
  readonly stream: number;
}

/** What every kernel of a draw takes; each adds its own numbers. */
export interface DrawLaunch {
  readonly buffers: { readonly state: Tensor; readonly out: Tensor };
  readonly params: { readonly len: number; readonly stream: number };
  /** Invocations, four elements each. */
  readonly grid: number;
}

/** An op that makes random numbers of nothing but a generator's state. No gradient flows through it. */
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

/** Records a draw: every one of a step has a stream of its own, and the generator counts the step. */
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
