/**
 * wgrad: tensors, gradients and training steps on WebGPU.
 *
 * Ops are functions, and methods of Tensor as well: `relu(matmul(x, w))` is `x.matmul(w).relu()`.
 * Ops only record; `engine.read` and captured steps (`engine.capture`) compute.
 *
 * @packageDocumentation
 */
import "./fluent.gen";

export type { DType, Numbers, TypedArray } from "./core/dtype";
export {
  CaptureError,
  CheckpointError,
  DataError,
  DeviceError,
  DTypeError,
  ShapeError,
  WgradError,
} from "./core/errors";
export type { Pair, Shape, Spec } from "./core/shape";
export {
  type AugmentationOptions,
  type AugmentOptions,
  augment,
  type CutoutOptions,
  cutout,
  type FillOptions,
  type RandomCropOptions,
  type RandomFlipOptions,
  randomCrop,
  randomFlip,
  randomNoise,
  randomRotate,
  randomShift,
} from "./data/augment";
export { type BytePairOptions, trainBytePairs } from "./data/bytePairs";
export { type CharacterTokenizerOptions, characterTokenizer } from "./data/characters";
export { byteStatistics, ImageDataset, type ImageDatasetOptions } from "./data/dataset";
export { type IdxFile, parseIdx } from "./data/idx";
export { type Dataset, Loader, type LoaderOptions } from "./data/loader";
export { type MixupOptions, mixup } from "./data/mixup";
export {
  SequenceDataset,
  type SequenceDatasetOptions,
  type SequenceField,
  SequenceLoader,
  type SequenceLoaderOptions,
} from "./data/sequenceLoader";
export {
  type Bucket,
  type BucketedBatch,
  type BucketedBatchesOptions,
  bucketByLength,
  bucketedBatches,
  type PaddedSequences,
  type PadSequencesOptions,
  padSequences,
} from "./data/sequences";
export { type SplitTextOptions, splitText, type TextSplit } from "./data/splitText";
export { channelStatistics, columnStatistics, destandardize, type Statistics, standardize } from "./data/standardize";
export { StreamLoader, type StreamLoaderOptions } from "./data/streamLoader";
export { type TabularBatch, TabularDataset, type TabularDatasetOptions } from "./data/tabular";
export { TokenDataset, type TokenDatasetOptions } from "./data/tokenDataset";
export { SEQUENCE_SPECIALS, type Tokenizer, type TokenizerJSON } from "./data/tokenizer";
export { tokenizerFromJSON } from "./data/tokenizerFromJSON";
export { WindowLoader, type WindowLoaderOptions } from "./data/windowLoader";
export { type WordTokenizerOptions, wordTokenizer } from "./data/words";
export type { Reduction } from "./families/losses";
export { type AdapterInfo, isSoftwareAdapter } from "./gpu/device";
export type { CompileProgress } from "./gpu/pipelines";
export type { PoolStatistics } from "./gpu/pool";
export type { KernelTime } from "./gpu/profile";
export { assign } from "./graph/assign";
export { fullPrecision } from "./graph/autocast";
export { createGenerator, defaultGenerator, type Generator, type RandomOptions } from "./graph/generator";
export { recompute } from "./graph/segment";
export { type Home, parameter, state, type Tensor } from "./graph/tensor";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type StoredTensor } from "./io/safetensors";
export type { BufferRef, Dispatch, Variant, Workgroups } from "./kernel/kernel";
export type { Ways } from "./kernel/ways";
export { ConfusionMatrix } from "./metrics/confusionMatrix";
export { bitsPerCharacter, perplexity } from "./metrics/language";
export { hammingLoss, MultiLabelCounts, multiLabelOutcomes } from "./metrics/multiLabel";
export { meanAbsoluteError, rSquared } from "./metrics/regression";
export { rocAuc } from "./metrics/rocAuc";
export {
  type Average,
  accuracyOf,
  averageScores,
  type ClassificationReport,
  classificationReport,
  type Outcomes,
  outcomesOf,
  type Scores,
  scoresOf,
  zeroOneLoss,
} from "./metrics/scores";
export { TopK, topKAccuracyOf } from "./metrics/topK";
export {
  AdditiveAttention,
  type AttendOptions,
  type AttendProjectedOptions,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from "./nn/attention";
export { BatchNorm, type BatchNormOptions } from "./nn/batchNorm";
export { Conv1d, type Conv1dLayerOptions } from "./nn/conv1d";
export { Conv2d, type Conv2dLayerOptions } from "./nn/conv2d";
export { ConvTranspose1d, type ConvTranspose1dLayerOptions } from "./nn/convTranspose1d";
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from "./nn/convTranspose2d";
export { Embedding, type EmbeddingLayerOptions } from "./nn/embedding";
export { GroupNorm, type GroupNormLayerOptions, InstanceNorm2d } from "./nn/groupNorm";
export * as init from "./nn/init";
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
export { LayerNorm, type LayerNormLayerOptions, RMSNorm, type RmsNormLayerOptions } from "./nn/layerNorm";
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  Dropout,
  Dropout2d,
  ELU,
  Flatten,
  GELU,
  LeakyReLU,
  MaxPool1d,
  MaxPool2d,
  ReLU,
  SELU,
  Sigmoid,
  SiLU,
  Tanh,
  Upsample,
} from "./nn/layers";
export { Linear, type LinearOptions } from "./nn/linear";
export { type AnyModule, Module } from "./nn/module";
export { LearnedPositions, SinusoidalPositions, sinusoidalPositions } from "./nn/positions";
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
export {
  type DecodeOptions,
  type FeedForwardActivation,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./nn/transformer";
export { abs } from "./ops/abs";
export { adaptiveAvgPool2d } from "./ops/adaptiveAvgPool2d";
export { adaptiveMaxPool2d } from "./ops/adaptiveMaxPool2d";
export { add } from "./ops/add";
export { all } from "./ops/all";
export { any } from "./ops/any";
export { arange } from "./ops/arange";
export { argMax } from "./ops/argMax";
export { argMin } from "./ops/argMin";
export { argSort, type SortOptions } from "./ops/argSort";
export { type AttendCachedOptions, attendCached, createKeyValueCache, type KeyValueCache } from "./ops/attendCached";
export { type AvgPool1dOptions, avgPool1d } from "./ops/avgPool1d";
export { type AvgPool2dOptions, avgPool2d } from "./ops/avgPool2d";
export { type BatchNormArguments, batchNorm } from "./ops/batchNorm";
export { type BceOptions, bce } from "./ops/bce";
export { type BceWithLogitsOptions, bceWithLogits } from "./ops/bceWithLogits";
export { type BernoulliOptions, bernoulli } from "./ops/bernoulli";
export { cast } from "./ops/cast";
export { categorical } from "./ops/categorical";
export { cdist } from "./ops/cdist";
export { ceil } from "./ops/ceil";
export { type ClampOptions, clamp } from "./ops/clamp";
export { concat } from "./ops/concat";
export { type Conv1dOptions, conv1d } from "./ops/conv1d";
export { type Conv2dOptions, conv2d } from "./ops/conv2d";
export { type ConvTranspose1dOptions, convTranspose1d } from "./ops/convTranspose1d";
export { type ConvTranspose2dOptions, convTranspose2d } from "./ops/convTranspose2d";
export { cos } from "./ops/cos";
export { cosineSimilarity } from "./ops/cosineSimilarity";
export { cumprod } from "./ops/cumprod";
export { type CumulativeOptions, cumsum } from "./ops/cumsum";
export { detach } from "./ops/detach";
export { div } from "./ops/div";
export { dot } from "./ops/dot";
export { type DropoutOptions, dropout } from "./ops/dropout";
export { einsum } from "./ops/einsum";
export { type EluOptions, elu } from "./ops/elu";
export { type EmbeddingOptions, embedding } from "./ops/embedding";
export { equal } from "./ops/equal";
export { erf } from "./ops/erf";
export { exp } from "./ops/exp";
export { expand } from "./ops/expand";
export { expm1 } from "./ops/expm1";
export { eye } from "./ops/eye";
export { flip } from "./ops/flip";
export { floor } from "./ops/floor";
export { full, ones, onesLike, zeros, zerosLike } from "./ops/full";
export { gather } from "./ops/gather";
export { type GeluOptions, gelu } from "./ops/gelu";
export { globalAvgPool2d } from "./ops/globalAvgPool2d";
export { globalMaxPool2d } from "./ops/globalMaxPool2d";
export { greater } from "./ops/greater";
export { greaterEqual } from "./ops/greaterEqual";
export { type GroupNormOptions, groupNorm } from "./ops/groupNorm";
export { type GruOptions, gru } from "./ops/gru";
export { type GruCellOptions, gruCell } from "./ops/gruCell";
export { hingeLoss } from "./ops/hingeLoss";
export { type HuberLossOptions, huberLoss } from "./ops/huberLoss";
export { indexSelect } from "./ops/indexSelect";
export { instanceNorm } from "./ops/instanceNorm";
export { isFinite } from "./ops/isFinite";
export { isNaN } from "./ops/isNaN";
export { type KlDivOptions, klDiv } from "./ops/klDiv";
export { l1Loss } from "./ops/l1Loss";
export { l2Normalize } from "./ops/l2Normalize";
export { type LabelWeightsOptions, labelWeights } from "./ops/labelWeights";
export { type LayerNormOptions, layerNorm } from "./ops/layerNorm";
export { type LeakyReluOptions, leakyRelu } from "./ops/leakyRelu";
export { less } from "./ops/less";
export { lessEqual } from "./ops/lessEqual";
export { linspace } from "./ops/linspace";
export { log } from "./ops/log";
export { log1p } from "./ops/log1p";
export { logicalAnd } from "./ops/logicalAnd";
export { logicalNot } from "./ops/logicalNot";
export { logicalOr } from "./ops/logicalOr";
export { logicalXor } from "./ops/logicalXor";
export { logSoftmax } from "./ops/logSoftmax";
export { logSumExp } from "./ops/logSumExp";
export { type LstmOptions, type LstmResult, lstm } from "./ops/lstm";
export { lstmCell } from "./ops/lstmCell";
export { type MatmulOptions, matmul } from "./ops/matmul";
export { max } from "./ops/max";
export { maximum } from "./ops/maximum";
export { maxPool1d, type Pool1dOptions } from "./ops/maxPool1d";
export { maxPool2d, type Pool2dOptions } from "./ops/maxPool2d";
export { mean } from "./ops/mean";
export { min } from "./ops/min";
export { minimum } from "./ops/minimum";
export { type LossOptions, mseLoss } from "./ops/mseLoss";
export { mul } from "./ops/mul";
export { type MultiHeadAttentionOptions, multiHeadAttention } from "./ops/multiHeadAttention";
export { neg } from "./ops/neg";
export { type NllLossOptions, nllLoss } from "./ops/nllLoss";
export { type NormOptions, norm } from "./ops/norm";
export { type NormalOptions, normal } from "./ops/normal";
export { notEqual } from "./ops/notEqual";
export { oneHot } from "./ops/oneHot";
export { outer } from "./ops/outer";
export { type PadOptions, pad } from "./ops/pad";
export { type PairwiseDistanceOptions, pairwiseDistance } from "./ops/pairwiseDistance";
export { permutation } from "./ops/permutation";
export { permute } from "./ops/permute";
export { pow } from "./ops/pow";
export { prod } from "./ops/prod";
export { randint } from "./ops/randint";
export { type Placement, randomPlacement } from "./ops/randomPlacement";
export { type RecurrenceOptions, type RecurrenceResult, recurrence } from "./ops/recurrence";
export { relu } from "./ops/relu";
export { remainder } from "./ops/remainder";
export { flatten, reshape } from "./ops/reshape";
export { type RmsNormOptions, rmsNorm } from "./ops/rmsNorm";
export { type RecurrentOptions, type RecurrentResult, type RecurrentWeights, type RnnOptions, rnn } from "./ops/rnn";
export { type RnnCellOptions, rnnCell } from "./ops/rnnCell";
export { roll } from "./ops/roll";
export { type RotaryOptions, rotaryEmbedding } from "./ops/rotaryEmbedding";
export { round } from "./ops/round";
export { rsqrt } from "./ops/rsqrt";
export { type SampleTokensOptions, sampleTokens } from "./ops/sampleTokens";
export {
  type AttentionOptions,
  type MaskedAttentionOptions,
  scaledDotProductAttention,
} from "./ops/scaledDotProductAttention";
export { scatterAdd } from "./ops/scatterAdd";
export { type SearchSortedOptions, searchSorted } from "./ops/searchSorted";
export { selu } from "./ops/selu";
export { sigmoid } from "./ops/sigmoid";
export { sign } from "./ops/sign";
export { silu } from "./ops/silu";
export { sin } from "./ops/sin";
export { type PerAxis, slice } from "./ops/slice";
export { softmax } from "./ops/softmax";
export { type CrossEntropyOptions, softmaxCrossEntropy } from "./ops/softmaxCrossEntropy";
export { type SoftplusOptions, softplus } from "./ops/softplus";
export { type Sorted, sort } from "./ops/sort";
export { chunk, split } from "./ops/split";
export { sqrt } from "./ops/sqrt";
export { square } from "./ops/square";
export { squeeze } from "./ops/squeeze";
export { stack } from "./ops/stack";
export { std } from "./ops/std";
export { sub } from "./ops/sub";
export { type ReduceOptions, sum } from "./ops/sum";
export { type SymmetricBetaOptions, symmetricBeta } from "./ops/symmetricBeta";
export { type TakeBytesOptions, takeBytes } from "./ops/takeBytes";
export { type TakeRowsOptions, takeRows } from "./ops/takeRows";
export {
  type TakenWindows,
  type TakeWindowsOptions,
  takeWindows,
  type WindowsInOrder,
  type WindowsShuffled,
} from "./ops/takeWindows";
export { tanh } from "./ops/tanh";
export { repeat, tile } from "./ops/tile";
export { type TopKOptions, topK } from "./ops/topK";
export { transpose } from "./ops/transpose";
export { tril } from "./ops/tril";
export { triu } from "./ops/triu";
export { type TruncatedNormalOptions, truncatedNormal } from "./ops/truncatedNormal";
export { type UniformOptions, uniform } from "./ops/uniform";
export { unsqueeze } from "./ops/unsqueeze";
export { type Upsample2dOptions, upsample2d } from "./ops/upsample2d";
export { type VarianceOptions, variance } from "./ops/variance";
export { type WarpOptions, warp } from "./ops/warp";
export { where } from "./ops/where";
export { Adadelta, type AdadeltaOptions } from "./optim/adadelta";
export { Adagrad, type AdagradOptions } from "./optim/adagrad";
export { Adam, type AdamOptions, AdamW } from "./optim/adam";
export { Adamax, type AdamaxOptions } from "./optim/adamax";
export { type AverageOptions, ExponentialMovingAverage } from "./optim/ema";
export { gradients } from "./optim/gradients";
export { noDecay, type ParameterGroup, type Parameters } from "./optim/groups";
export { Lion, type LionOptions } from "./optim/lion";
export { NAdam, type NadamOptions } from "./optim/nadam";
export { Optimizer, type OptimizerOptions } from "./optim/optimizer";
export { RAdam, type RadamOptions } from "./optim/radam";
export { type PlateauOptions, type PlateauState, ReduceOnPlateau } from "./optim/reduceOnPlateau";
export { RMSprop, type RmspropOptions } from "./optim/rmsprop";
export {
  type CosineRestartsScheduleOptions,
  type CosineScheduleOptions,
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  type ExponentialScheduleOptions,
  exponentialSchedule,
  type InverseTimeScheduleOptions,
  inverseTimeSchedule,
  type LinearScheduleOptions,
  linearSchedule,
  type MultiStepScheduleOptions,
  multiStepSchedule,
  type OneCycleOptions,
  oneCycleSchedule,
  type PolynomialScheduleOptions,
  polynomialSchedule,
  type Schedule,
  type StepScheduleOptions,
  stepSchedule,
  type WarmUpOptions,
  warmUp,
} from "./optim/schedules";
export { SGD, type SgdOptions } from "./optim/sgd";
export type { Choice } from "./schedule/choice";
export type { Place, Plan } from "./schedule/plan";
export { type Beam, type BeamResult, type BeamSearchOptions, beamSearch } from "./text/beamSearch";
export { type BleuOptions, type BleuSmoothing, corpusBleu, sentenceBleu, type Tokens } from "./text/bleu";
export { characterErrorRate, editDistance, exactMatch } from "./text/editDistance";
export { Sampler, type SamplerOptions } from "./text/sampling";
export { CapturedStep, type Scalars } from "./train/capturedStep";
export type { CaptureOptions, FeedSpec } from "./train/captureInputs";
export {
  type Checkpointed,
  type LoadOptions,
  loadCheckpoint,
  type PartialLoadOptions,
  type PartlyLoaded,
  saveCheckpoint,
} from "./train/checkpoint";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./train/earlyStopping";
export { createEngine, Engine } from "./train/engine";
export type { EngineLoadOptions, EngineOptions } from "./train/engineOptions";
export { type DevicePace, estimateOf, measurePace, type StepEstimate } from "./train/estimate";
export { type ClassifierScores, type Evaluation, evaluateClassifier } from "./train/evaluateClassifier";
export type {
  AdapterEvent,
  CompileEvent,
  DoneEvent,
  EstimateEvent,
  EvalEvent,
  RecoveredEvent,
  StepEvent,
  TaskScores,
  TrainEvent,
  TuneEvent,
} from "./train/events";
export { type FitOptions, type FittedStep, fit } from "./train/fit";
export { type CheckedInput, type GradCheckOptions, type GradCheckResult, gradCheck } from "./train/gradCheck";
export { type LearningCurveOptions, type LearningCurveReading, learningCurveReading } from "./train/learningCurve";
export { Recovery } from "./train/recovery";
export type { Snapshot } from "./train/snapshot";
export { type Split, type SplitOptions, trainDevTestSplit } from "./train/split";
export { type Nested, tensor } from "./train/tensor";
export type { Measurement } from "./train/tuner";
export { fileTuningStore, platformTuningStore, type TuningStore } from "./train/tuningStore";
