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
export { Conv2d, type Conv2dLayerOptions } from "./nn/conv2d";
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
export { AvgPool2d, Dropout, Flatten, GELU, MaxPool2d, ReLU } from "./nn/layers";
export { Linear, type LinearOptions } from "./nn/linear";
export { Module } from "./nn/module";
export { Sequential } from "./nn/sequential";
export { abs } from "./ops/abs";
export { add } from "./ops/add";
export { all } from "./ops/all";
export { any } from "./ops/any";
export { argMax } from "./ops/argMax";
export { argMin } from "./ops/argMin";
export { argSort, type SortOptions } from "./ops/argSort";
export { avgPool2d } from "./ops/avgPool2d";
export { type BatchNormArguments, batchNorm } from "./ops/batchNorm";
export { cdist } from "./ops/cdist";
export { concat } from "./ops/concat";
export { type Conv2dOptions, conv2d } from "./ops/conv2d";
export { cosineSimilarity } from "./ops/cosineSimilarity";
export { cumprod } from "./ops/cumprod";
export { type CumulativeOptions, cumsum } from "./ops/cumsum";
export { div } from "./ops/div";
export { dropout } from "./ops/dropout";
export { exp } from "./ops/exp";
export { expand } from "./ops/expand";
export { full } from "./ops/full";
export { gelu } from "./ops/gelu";
export { l2Normalize } from "./ops/l2Normalize";
export { type LayerNormOptions, layerNorm } from "./ops/layerNorm";
export { leakyRelu } from "./ops/leakyRelu";
export { log } from "./ops/log";
export { logSoftmax } from "./ops/logSoftmax";
export { logSumExp } from "./ops/logSumExp";
export { matmul } from "./ops/matmul";
export { max } from "./ops/max";
export { maxPool2d } from "./ops/maxPool2d";
export { mean } from "./ops/mean";
export { min } from "./ops/min";
export { mul } from "./ops/mul";
export { neg } from "./ops/neg";
export { type NormOptions, norm } from "./ops/norm";
export { pad } from "./ops/pad";
export { type PairwiseDistanceOptions, pairwiseDistance } from "./ops/pairwiseDistance";
export { permute } from "./ops/permute";
export { prod } from "./ops/prod";
export { relu } from "./ops/relu";
export { flatten, reshape } from "./ops/reshape";
export { rmsNorm } from "./ops/rmsNorm";
export { sigmoid } from "./ops/sigmoid";
export { slice } from "./ops/slice";
export { softmax } from "./ops/softmax";
export { type CrossEntropyOptions, softmaxCrossEntropy } from "./ops/softmaxCrossEntropy";
export { type Sorted, sort } from "./ops/sort";
export { sqrt } from "./ops/sqrt";
export { square } from "./ops/square";
export { std } from "./ops/std";
export { sub } from "./ops/sub";
export { type ReduceOptions, sum } from "./ops/sum";
export { takeBytes } from "./ops/takeBytes";
export { takeRows } from "./ops/takeRows";
export { tanh } from "./ops/tanh";
export { type TopKOptions, topK } from "./ops/topK";
export { transpose } from "./ops/transpose";
export { type VarianceOptions, variance } from "./ops/variance";
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
