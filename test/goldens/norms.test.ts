import type { Shape } from "../../src/core/shape";
import { state, type Tensor } from "../../src/graph/tensor";
import { batchNorm } from "../../src/ops/batchNorm";
import { groupNorm } from "../../src/ops/groupNorm";
import { instanceNorm } from "../../src/ops/instanceNorm";
import { layerNorm } from "../../src/ops/layerNorm";
import { logSoftmax } from "../../src/ops/logSoftmax";
import { softmax } from "../../src/ops/softmax";
import { describeGoldens } from "./goldens";

interface BatchNormAttrs {
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

interface Eps {
  readonly eps: number;
}

/** A state that starts with the values of data. */
function stateOf(name: string, t: Tensor): Tensor {
  const { leaf, shape, dtype } = t;
  return state(name, { shape, dtype }, () => (leaf?.kind === "data" ? leaf.data : new Float32Array(t.size)));
}

await describeGoldens("norms", {
  // The running statistics are outputs as well: what they are after the step.
  batchNorm({ x, weight, bias, ...running }, attrs: BatchNormAttrs) {
    const [runningMean, runningVar] = [stateOf("mean", running.runningMean!), stateOf("var", running.runningVar!)];
    return [batchNorm(x!, weight!, bias!, { ...attrs, runningMean, runningVar }), runningMean, runningVar];
  },
  layerNorm: ({ x, ...affine }, { normalizedShape, eps }: Eps & { normalizedShape: Shape }) =>
    layerNorm(x!, normalizedShape, { ...affine, eps }),
  groupNorm: ({ x, ...affine }, { numGroups, eps }: Eps & { numGroups: number }) =>
    groupNorm(x!, numGroups, { ...affine, eps }),
  instanceNorm: ({ x, ...affine }, { eps }: Eps) => instanceNorm(x!, { ...affine, eps }),
  softmax: ({ x }, { axis }: { axis?: number }) => softmax(x!, axis),
  logSoftmax: ({ x }, { axis }: { axis?: number }) => logSoftmax(x!, axis),
});
