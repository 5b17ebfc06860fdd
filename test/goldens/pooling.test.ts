import type { Pair } from "../../src/core/shape";
import { adaptiveAvgPool2d } from "../../src/ops/adaptiveAvgPool2d";
import { adaptiveMaxPool2d } from "../../src/ops/adaptiveMaxPool2d";
import { type AvgPool1dOptions, avgPool1d } from "../../src/ops/avgPool1d";
import { type AvgPool2dOptions, avgPool2d } from "../../src/ops/avgPool2d";
import { maxPool1d, type Pool1dOptions } from "../../src/ops/maxPool1d";
import { maxPool2d, type Pool2dOptions } from "../../src/ops/maxPool2d";
import { type Upsample2dOptions, upsample2d } from "../../src/ops/upsample2d";
import { describeGoldens } from "./goldens";

type Kernel<Size, Options> = { readonly kernelSize: Size } & Options;

await describeGoldens("pooling", {
  maxPool1d: ({ x }, { kernelSize, ...options }: Kernel<number, Pool1dOptions>) => maxPool1d(x!, kernelSize, options),
  avgPool1d: ({ x }, { kernelSize, ...options }: Kernel<number, AvgPool1dOptions>) =>
    avgPool1d(x!, kernelSize, options),
  maxPool2d: ({ x }, { kernelSize, ...options }: Kernel<Pair, Pool2dOptions>) => maxPool2d(x!, kernelSize, options),
  avgPool2d: ({ x }, { kernelSize, ...options }: Kernel<Pair, AvgPool2dOptions>) => avgPool2d(x!, kernelSize, options),
  adaptiveAvgPool2d: ({ x }, { outputSize }: { outputSize: Pair }) => adaptiveAvgPool2d(x!, outputSize),
  adaptiveMaxPool2d: ({ x }, { outputSize }: { outputSize: Pair }) => adaptiveMaxPool2d(x!, outputSize),
  upsample2d: ({ x }, options: Upsample2dOptions) => upsample2d(x!, options),
});
