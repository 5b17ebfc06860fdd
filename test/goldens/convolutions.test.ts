import { type Conv1dOptions, conv1d } from "../../src/ops/conv1d";
import { type Conv2dOptions, conv2d } from "../../src/ops/conv2d";
import { type ConvTranspose1dOptions, convTranspose1d } from "../../src/ops/convTranspose1d";
import { type ConvTranspose2dOptions, convTranspose2d } from "../../src/ops/convTranspose2d";
import { describeGoldens } from "./goldens";

await describeGoldens("convolutions", {
  conv1d: ({ x, weight, bias }, options: Conv1dOptions) => conv1d(x!, weight!, bias, options),
  conv2d: ({ x, weight, bias }, options: Conv2dOptions) => conv2d(x!, weight!, bias, options),
  convTranspose1d: ({ x, weight, bias }, options: ConvTranspose1dOptions) =>
    convTranspose1d(x!, weight!, bias, options),
  convTranspose2d: ({ x, weight, bias }, options: ConvTranspose2dOptions) =>
    convTranspose2d(x!, weight!, bias, options),
});
