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
export {
  GRU,
  type GruLayerOptions,
  LSTM,
  type LstmRun,
  type RecurrentLayerOptions,
  type RecurrentRun,
  RNN,
  type RnnLayerOptions,
} from "./nn/recurrent";
export { Sequential } from "./nn/sequential";
export { abs } from "./ops/abs";
export { add } from "./ops/add";
export { avgPool2d } from "./ops/avgPool2d";
export { type BatchNormArguments, batchNorm } from "./ops/batchNorm";
export { concat } from "./ops/concat";
export { type Conv2dOptions, conv2d } from "./ops/conv2d";
export { div } from "./ops/div";
export { dropout } from "./ops/dropout";
export { exp } from "./ops/exp";
export { expand } from "./ops/expand";
export { full } from "./ops/full";
export { gelu } from "./ops/gelu";
export { type GruOptions, gru } from "./ops/gru";
export { gruCell } from "./ops/gruCell";
export { type LayerNormOptions, layerNorm } from "./ops/layerNorm";
export { leakyRelu } from "./ops/leakyRelu";
export { log } from "./ops/log";
export { logSoftmax } from "./ops/logSoftmax";
export { type LstmOptions, type LstmResult, lstm } from "./ops/lstm";
export { lstmCell } from "./ops/lstmCell";
export { matmul } from "./ops/matmul";
export { max } from "./ops/max";
export { maxPool2d } from "./ops/maxPool2d";
export { mean } from "./ops/mean";
export { mul } from "./ops/mul";
export { neg } from "./ops/neg";
export { pad } from "./ops/pad";
export { permute } from "./ops/permute";
export { type RecurrenceOptions, type RecurrenceResult, recurrence } from "./ops/recurrence";
export { relu } from "./ops/relu";
export { flatten, reshape } from "./ops/reshape";
export { rmsNorm } from "./ops/rmsNorm";
export { type RecurrentOptions, type RecurrentResult, type RecurrentWeights, rnn } from "./ops/rnn";
export { rnnCell } from "./ops/rnnCell";
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
