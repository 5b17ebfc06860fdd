import type { Tensor } from "../../../../src/index";
import * as wgrad from "../../../../src/index";
import { integers, LARGE, type OpEntries, type OpEntry, type OpInput } from "../entry";

const probabilities: OpInput = { shape: [LARGE], range: [0.05, 0.95] };

const loss = (
  build: (x: Tensor, target: Tensor) => Tensor,
  inputs: readonly OpInput[] = [[LARGE], [LARGE]],
  note?: string,
): OpEntry => ({ inputs, build: (x, target) => build(x!, target!), gradients: [0], ...(note && { note }) });

export const entries: OpEntries = {
  bce: loss((x, t) => wgrad.bce(x, t), [probabilities, probabilities], "arithmetic: two logarithms an element"),
  bceWithLogits: loss(
    (x, t) => wgrad.bceWithLogits(x, t),
    [[LARGE], probabilities],
    "arithmetic: an exponential and a logarithm an element",
  ),
  hingeLoss: loss((x, y) => wgrad.hingeLoss(x, y)),
  huberLoss: loss((x, t) => wgrad.huberLoss(x, t)),
  klDiv: loss((x, t) => wgrad.klDiv(x, t), [[LARGE], probabilities], "arithmetic: a logarithm an element"),
  l1Loss: loss((x, t) => wgrad.l1Loss(x, t)),
  mseLoss: loss((x, t) => wgrad.mseLoss(x, t)),
  nllLoss: {
    ...loss((x, labels) => wgrad.nllLoss(x, labels), [[32768, 128], integers([32768], 128)]),
    reads: 32768 * 2 * 4,
    note: "the cost of five launches; random access",
  },
  softmaxCrossEntropy: [
    {
      ...loss((x, labels) => wgrad.softmaxCrossEntropy(x, labels), [[4096, 1024], integers([4096], 1024)]),
      note: "arithmetic: an exponential an element",
    },
    {
      ...loss((x, labels) => wgrad.softmaxCrossEntropy(x, labels), [[131072, 32], integers([131072], 32)]),
      name: "short rows",
      note: "arithmetic: an exponential an element",
    },
  ],
  labelWeights: {
    inputs: [integers([LARGE], 128), [128]],
    build: (labels, weight) => wgrad.labelWeights(labels!, { classes: 128, weight }),
    gradients: [],
  },
};
