import { bce } from "../../src/ops/bce";
import { bceWithLogits } from "../../src/ops/bceWithLogits";
import { hingeLoss } from "../../src/ops/hingeLoss";
import { type HuberLossOptions, huberLoss } from "../../src/ops/huberLoss";
import { type KlDivOptions, klDiv } from "../../src/ops/klDiv";
import { l1Loss } from "../../src/ops/l1Loss";
import type { LossOptions } from "../../src/ops/mseLoss";
import { mseLoss } from "../../src/ops/mseLoss";
import { type NllLossOptions, nllLoss } from "../../src/ops/nllLoss";
import { type CrossEntropyOptions, softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { describeGoldens } from "./goldens";

await describeGoldens("losses", {
  mseLoss: ({ x, target }, o: LossOptions) => mseLoss(x!, target!, o),
  l1Loss: ({ x, target }, o: LossOptions) => l1Loss(x!, target!, o),
  huberLoss: ({ x, target }, o: HuberLossOptions) => huberLoss(x!, target!, o),
  bce: ({ x, target, ...factors }, o: LossOptions) => bce(x!, target!, { ...o, ...factors }),
  bceWithLogits: ({ x, target, ...factors }, o: LossOptions) => bceWithLogits(x!, target!, { ...o, ...factors }),
  klDiv: ({ x, target }, o: KlDivOptions) => klDiv(x!, target!, o),
  // PyTorch has no such loss: its formula, by PyTorch's ops.
  hingeLoss: ({ x, y }, o: LossOptions) => hingeLoss(x!, y!, o),
  nllLoss: ({ x, labels, weight }, o: NllLossOptions) => nllLoss(x!, labels!, { ...o, weight }),
  softmaxCrossEntropy: ({ x, labels, weight }, o: CrossEntropyOptions) =>
    softmaxCrossEntropy(x!, labels!, { ...o, weight }),
});
