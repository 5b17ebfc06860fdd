/**
 * wgrad: tensors, gradients and training steps on WebGPU.
 *
 * Ops only record; `engine.read` and captured steps (`engine.capture`) compute.
 *
 * @packageDocumentation
 */
export type { DType, TypedArray } from "./core/dtype";
export {
  CaptureError,
  CheckpointError,
  DataError,
  DeviceError,
  DTypeError,
  ShapeError,
  WgradError,
} from "./core/errors";
export type { Shape, Spec } from "./core/shape";
export { byteStatistics, ImageDataset, type ImageDatasetOptions } from "./data/dataset";
export { type IdxFile, parseIdx } from "./data/idx";
export { Loader, type LoaderOptions } from "./data/loader";
export type { AdapterInfo } from "./gpu/device";
export type { PoolStatistics } from "./gpu/pool";
export type { KernelTime } from "./gpu/profile";
export { assign } from "./graph/assign";
export { createGenerator, defaultGenerator, type Generator } from "./graph/generator";
export { parameter, state, type Tensor } from "./graph/tensor";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type StoredTensor } from "./io/safetensors";
export { accuracyOf, ConfusionMatrix } from "./metrics/confusionMatrix";
export { BatchNorm, type BatchNormOptions } from "./nn/batchNorm";
export { Conv1d, type Conv1dLayerOptions } from "./nn/conv1d";
export { Conv2d, type Conv2dLayerOptions } from "./nn/conv2d";
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from "./nn/convTranspose2d";
export { GroupNorm, type GroupNormLayerOptions, InstanceNorm2d } from "./nn/groupNorm";
export {
  constant,
  type Fans,
  fansOf,
  heNormal,
  heUniform,
  type Initializer,
  manualSeed,
  uniformByFanIn,
  xavierNormal,
  xavierUniform,
} from "./nn/init";
export { LayerNorm, type LayerNormLayerOptions, RMSNorm } from "./nn/layerNorm";
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  Dropout,
  Flatten,
  GELU,
  LeakyReLU,
  MaxPool1d,
  MaxPool2d,
  ReLU,
  Sigmoid,
  Tanh,
  Upsample,
} from "./nn/layers";
export { Linear, type LinearOptions } from "./nn/linear";
export { Module } from "./nn/module";
export { Sequential } from "./nn/sequential";
export { abs } from "./ops/abs";
export { adaptiveAvgPool2d } from "./ops/adaptiveAvgPool2d";
export { adaptiveMaxPool2d } from "./ops/adaptiveMaxPool2d";
export { add } from "./ops/add";
export { type AvgPool1dOptions, avgPool1d } from "./ops/avgPool1d";
export { type AvgPool2dOptions, avgPool2d } from "./ops/avgPool2d";
export { type BatchNormArguments, batchNorm } from "./ops/batchNorm";
export { concat } from "./ops/concat";
export { type Conv1dOptions, conv1d } from "./ops/conv1d";
export { type Conv2dOptions, conv2d } from "./ops/conv2d";
export { type ConvTranspose1dOptions, convTranspose1d } from "./ops/convTranspose1d";
export { type ConvTranspose2dOptions, convTranspose2d } from "./ops/convTranspose2d";
export { div } from "./ops/div";
export { dropout } from "./ops/dropout";
export { exp } from "./ops/exp";
export { expand } from "./ops/expand";
export { full } from "./ops/full";
export { gelu } from "./ops/gelu";
export { globalAvgPool2d } from "./ops/globalAvgPool2d";
export { globalMaxPool2d } from "./ops/globalMaxPool2d";
export { type GroupNormOptions, groupNorm } from "./ops/groupNorm";
export { instanceNorm } from "./ops/instanceNorm";
export { type LayerNormOptions, layerNorm } from "./ops/layerNorm";
export { leakyRelu } from "./ops/leakyRelu";
export { log } from "./ops/log";
export { logSoftmax } from "./ops/logSoftmax";
export { matmul } from "./ops/matmul";
export { max } from "./ops/max";
export { maxPool1d, type Pool1dOptions } from "./ops/maxPool1d";
export { maxPool2d, type Pool2dOptions } from "./ops/maxPool2d";
export { mean } from "./ops/mean";
export { mul } from "./ops/mul";
export { neg } from "./ops/neg";
export { pad } from "./ops/pad";
export { permute } from "./ops/permute";
export { relu } from "./ops/relu";
export { flatten, reshape } from "./ops/reshape";
export { rmsNorm } from "./ops/rmsNorm";
export { sigmoid } from "./ops/sigmoid";
export { slice } from "./ops/slice";
export { softmax } from "./ops/softmax";
export { type CrossEntropyOptions, softmaxCrossEntropy } from "./ops/softmaxCrossEntropy";
export { sqrt } from "./ops/sqrt";
export { square } from "./ops/square";
export { sub } from "./ops/sub";
export { sum } from "./ops/sum";
export { takeBytes } from "./ops/takeBytes";
export { takeRows } from "./ops/takeRows";
export { tanh } from "./ops/tanh";
export { transpose } from "./ops/transpose";
export { type Upsample2dOptions, upsample2d } from "./ops/upsample2d";
export { Adam, type AdamOptions, AdamW } from "./optim/adam";
export { gradients } from "./optim/gradients";
export { Optimizer, type OptimizerOptions } from "./optim/optimizer";
export { RMSprop, type RmspropOptions } from "./optim/rmsprop";
export { constantSchedule, cosineSchedule, exponentialSchedule, type Schedule, stepSchedule } from "./optim/schedules";
export { SGD, type SgdOptions } from "./optim/sgd";
export type { Plan } from "./schedule/plan";
export { CapturedStep, type Scalars } from "./train/capturedStep";
export { type Checkpointed, loadCheckpoint, saveCheckpoint } from "./train/checkpoint";
export { createEngine, Engine, type EngineOptions, tensor } from "./train/engine";
export type { AdapterEvent, CompileEvent, DoneEvent, EvalEvent, StepEvent, TrainEvent } from "./train/events";
export { type Evaluation, evaluateClassifier, type FitOptions, fit } from "./train/fit";
