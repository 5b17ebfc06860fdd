// What optimizers, averages, schedules and random ops say when they are used wrongly.
import { expect, test } from "vitest";
import { CaptureError } from "../../src/core/errors";
import { parameter, state, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { ReLU } from "../../src/nn/layers";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { add } from "../../src/ops/add";
import { bernoulli } from "../../src/ops/bernoulli";
import { categorical } from "../../src/ops/categorical";
import { full } from "../../src/ops/full";
import { normal } from "../../src/ops/normal";
import { permutation } from "../../src/ops/permutation";
import { randint } from "../../src/ops/randint";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { truncatedNormal } from "../../src/ops/truncatedNormal";
import { uniform } from "../../src/ops/uniform";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { ExponentialMovingAverage } from "../../src/optim/ema";
import { gradients } from "../../src/optim/gradients";
import { ReduceOnPlateau } from "../../src/optim/reduceOnPlateau";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";

const make = (name: string) => parameter(name, { shape: [3], dtype: "f32" }, () => new Float32Array(3));
const refusal = (fn: () => unknown) => expect(() => trace(fn));

test("parameters", () => {
  const p = make("p");
  refusal(() => new SGD([])).toThrowErrorMatchingInlineSnapshot(`[CaptureError: SGD: no parameters]`);
  refusal(() => new SGD([{ parameters: [] }])).toThrowErrorMatchingInlineSnapshot(`[CaptureError: SGD: no parameters]`);
  refusal(() => new SGD([p, make("q"), p])).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: parameter 2 is named twice
      parameter: p]
  `);
  refusal(() => new SGD([full([2], 1)])).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: parameter 0 is no f32 state
      fix: make it by parameter(…), or by a module]
  `);
  refusal(() => new SGD([state("counter", { shape: [1], dtype: "u32" })])).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: parameter 0 is no f32 state
      fix: make it by parameter(…), or by a module]
  `);
  refusal(() => new AdamW([{ parameters: [p], weightDecay: -1 }])).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: AdamW: group 0
      weightDecay: -1
      lrScale: 1
      wants: ≥ 0]
  `);
});

test("states that are made of something else", () => {
  const values = () => new Float32Array(2);
  const spec = { shape: [2], dtype: "f32" };
  const calls: unknown[][] = [
    [full([2], 0)],
    ["w", [2], values],
    ["w", spec, values()],
    [spec, values],
    ["w", { shape: [2] }],
  ];
  for (const make of [parameter, state])
    for (const args of calls)
      refusal(() => (make as (...all: unknown[]) => unknown)(...args)).toThrow(
        /^(parameter|state): takes a name, a shape(.|\n)*fix: \1\("w", \{ shape: \[2], dtype: "f32" }, \(\) =>/,
      );
  refusal(() => parameter("w", spec as never, undefined as never)).toThrow(CaptureError);
  for (const make of [parameter, state])
    refusal(() => make("w", { shape: [2], dtype: "f16" }, values)).toThrow(
      /w is f16\n {2}fix: keep it f32, and cast it/,
    );
  expect(state("s", { shape: [2], dtype: "u32" }).size).toBe(2);
});

test("what is no list of parameters, or of groups", () => {
  const model = new Linear(2, 3);
  const p = make("p");
  for (const given of [
    model,
    p,
    undefined,
    [model],
    [p, model],
    [{ parameters: model }],
    { parameters: [p] },
    ["p"],
    [[p]],
  ])
    refusal(() => new Adam(given as never)).toThrow(CaptureError);
  refusal(() => new Adam(model as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: the parameters are a module
      fix: pass model.parameters()]
  `);
  refusal(() => new Adam([model] as never)).toThrow(
    /entry 0 of the parameters is a module\n {2}fix: pass model.parameters\(\)/,
  );
  refusal(() => new Adam([[p]] as never)).toThrow(/entry 0 of the parameters is a list/);
  refusal(() => new Adam(p as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: the parameters are a tensor
      fix: pass a list of parameters, or of groups { parameters: [..] }]
  `);
  refusal(() => new ExponentialMovingAverage(model as never)).toThrow(/pass model.parameters\(\)/);
});

test("options of groups", () => {
  const parameters = [make("p")];
  refusal(() => new Adam([{ params: parameters }] as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: group 0 has no option params
      options: parameters, weightDecay, lrScale
      fix: did you mean parameters?]
  `);
  refusal(() => new Adam([{ parameters, lr: 1 }] as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: group 0 has no option lr
      options: parameters, weightDecay, lrScale
      fix: lrScale, a factor of the optimizer's lr]
  `);
  for (const rate of ["learningRate", "learning_rate"])
    refusal(() => new Adam([{ parameters, [rate]: 1 }] as never)).toThrow(
      /fix: lrScale, a factor of the optimizer's lr$/,
    );
  refusal(() => new Adam([{ parameters }, { parameters, weight_decay: 1 }] as never)).toThrow(
    /group 1 has no option weight_decay(.|\n)*fix: did you mean weightDecay\?/,
  );
  refusal(() => new Adam([{ parameters, eps: 1 }] as never)).toThrow(/group 0 has no option eps/);
});

test("options of other optimizers, and pairs", () => {
  const p = [make("p")];
  refusal(() => new Adam(p, { momentum: 0.9 } as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: there is no option momentum
      options: lr, weightDecay, clipNorm, clipValue, accumulate, skipNonFinite, lossScale, betas, eps, amsgrad]
  `);
  refusal(() => new SGD(p, { weight_decay: 0.9 } as never)).toThrow(
    /there is no option weight_decay(.|\n)*fix: did you mean weightDecay\?/,
  );
  refusal(() => new ExponentialMovingAverage(p, { lr: 0.9 } as never)).toThrow(/there is no option lr/);
  refusal(() => new AdamW(p, 0.1 as never)).toThrow(/options are 0.1/);
  refusal(() => new Adam(p, { betas: 0.9 } as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: betas 0.9
      wants: two numbers, 0 ≤ x < 1]
  `);
  refusal(() => new Adam(p, { betas: [0.9] } as never)).toThrow(/betas \[0.9]/);
  refusal(() => new Adam(p, { lr: [0.1] } as never)).toThrow(/lr \[0.1]/);
  const refused: [name: string, values: unknown[]][] = [
    ["lr", ["0.1", Number.POSITIVE_INFINITY]],
    ["clipNorm", ["1", Number.POSITIVE_INFINITY]],
    ["accumulate", [0, "2"]],
    ["rho", [-0.1, 1.1]],
  ];
  for (const [name, values] of refused)
    for (const value of values) refusal(() => new Adadelta(p, { [name]: value })).toThrow(`Adadelta: ${name} ${value}`);
  for (const betas of [
    [-0.1, 0.9],
    [0.9, 1],
  ] as const)
    refusal(() => new Adam(p, { betas })).toThrow(`betas [${betas.join(", ")}]`);
});

test("options out of range", () => {
  const p = [make("p")];
  refusal(() => new SGD(p, { lr: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: lr -1
      wants: ≥ 0]
  `);
  refusal(() => new SGD(p, { lr: Number.NaN })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: lr NaN
      wants: ≥ 0]
  `);
  refusal(() => new SGD(p, { weightDecay: -0.1 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: weightDecay -0.1
      wants: ≥ 0]
  `);
  refusal(() => new SGD(p, { nesterov: true })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: nesterov wants momentum, and no dampening
      momentum: 0
      dampening: 0]
  `);
  refusal(() => new SGD(p, { momentum: 0.9, dampening: 0.1, nesterov: true })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: nesterov wants momentum, and no dampening
      momentum: 0.9
      dampening: 0.1]
  `);
  refusal(() => new Adam(p, { betas: [0.9, 1] })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: betas [0.9, 1]
      wants: two numbers, 0 ≤ x < 1]
  `);
  refusal(() => new RMSprop(p, { alpha: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: RMSprop: alpha 1.5
      wants: 0 ≤ x < 1]
  `);
  refusal(() => new Adagrad(p, { initialAccumulatorValue: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adagrad: initialAccumulatorValue -1
      wants: ≥ 0]
  `);
  refusal(() => new Adam(p, { clipNorm: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: clipNorm 0
      wants: above 0]
  `);
  refusal(() => new Adam(p, { clipValue: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: clipValue -1
      wants: above 0]
  `);
  refusal(() => new Adam(p, { accumulate: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: accumulate 1.5
      wants: an integer ≥ 1]
  `);
  for (const dampening of [Number.NaN, Number.POSITIVE_INFINITY, "0.5" as never])
    refusal(() => new SGD(p, { momentum: 0.9, dampening })).toThrow(
      new RegExp(`^SGD: dampening ${dampening}\n  wants: a finite number$`),
    );
  for (const dampening of [-0.5, 0, 1, 1.5]) trace(() => new SGD(p, { momentum: 0.9, dampening }));
  refusal(() => new Adam(p, { lossScale: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: lossScale 0
      wants: above 0
      fix: pass a number above 0, or "dynamic"]
  `);
});

test("steps", () => {
  const [p, q] = [make("p"), make("q")];
  const loss = (of: Tensor) => sum(square(of));
  refusal(() => new SGD([p, q]).step(loss(p))).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: the loss does not depend on parameter 1
      parameter 1: q [3]
      fix: give the optimizer only the parameters that the loss uses]
  `);
  const layers = new Sequential(new Linear(2, 3), new Linear(3, 4));
  const [weight, bias] = layers.parameters();
  refusal(() => new SGD(layers.parameters()).step(add(sum(weight!), sum(bias!)))).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: the loss does not depend on parameter 2, 3
      parameter 2: weight [4, 3]
      parameter 3: bias [4]
      fix: give the optimizer only the parameters that the loss uses]
  `);
  const first = new SGD([p, q]);
  const second = new SGD([q]);
  refusal(() => first.step(loss(p))).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: SGD: parameter 1 has moved to an optimizer (or average) that was made later
      fix: give a parameter to one optimizer at a time]
  `);
  trace(() => second.step(loss(q)));
});

test("averages", () => {
  const [p, q] = [make("p"), make("q")];
  refusal(() => new ExponentialMovingAverage([])).toThrowErrorMatchingInlineSnapshot(
    `[CaptureError: ExponentialMovingAverage: no parameters]`,
  );
  refusal(() => new ExponentialMovingAverage([p], { decay: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: ExponentialMovingAverage: decay 1
      wants: 0 ≤ x < 1]
  `);
  const average = new ExponentialMovingAverage([p]);
  new SGD([p, q]);
  refusal(() => average.update()).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: ExponentialMovingAverage: parameters have moved to an optimizer that was made later
      fix: average all parameters of one optimizer, no more and no less]
  `);
  const both = new ExponentialMovingAverage([p, q]);
  new SGD([q]);
  refusal(() => both.update()).toThrow(/have moved to an optimizer that was made later/);
  refusal(() => new ExponentialMovingAverage([p])).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: ExponentialMovingAverage: the parameters are not those of one optimizer
      fix: pass all that the optimizer moves: optimizer.parameters]
  `);
  refusal(() => new ExponentialMovingAverage([p, q, make("r")])).toThrow(/are not those of one optimizer/);
});

test("schedules", () => {
  refusal(() => new ReduceOnPlateau(1, { factor: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: ReduceOnPlateau: factor 1
      wants: 0 < x < 1]
  `);
  refusal(() => new ReduceOnPlateau(1, { mode: "most" as never })).toThrow(/ReduceOnPlateau: mode most/);
});

test("random ops", () => {
  const integers = full([3], 1, "i32");
  refusal(() => uniform([0])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: uniform: every dimension must be an integer of at least 1
      shape: [0]]
  `);
  refusal(() => uniform([3], { low: 2, high: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: uniform: no range
      low: 2
      high: 1]
  `);
  refusal(() => normal([3], { std: -1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: normal: no distribution
      mean: 0
      std: -1
      wants: std ≥ 0]
  `);
  refusal(() => truncatedNormal([3], { a: 2, b: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: truncatedNormal: no distribution
      mean: 0
      std: 1
      a: 2
      b: 2
      wants: finite numbers, std > 0, a < b]
  `);
  refusal(() => truncatedNormal([3], { a: 6, b: 9 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: truncatedNormal: a … b is more than 5 standard deviations from the mean
      mean: 0
      std: 1
      a: 6
      b: 9]
  `);
  refusal(() => bernoulli(1.5, { shape: [3] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bernoulli: probability 1.5
      wants: 0 ≤ p ≤ 1]
  `);
  refusal(() => bernoulli(0.5)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bernoulli: no shape
      p: 0.5
      fix: pass { shape }]
  `);
  refusal(() => bernoulli(full([3], 0.5), { shape: [3] })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: bernoulli: the shape is that of p
      fix: leave out { shape }]
  `);
  refusal(() => bernoulli(integers)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: bernoulli: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  refusal(() => categorical(full([], 1))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: categorical: logits of one number have no classes
      logits: []
      wants: [.., C]]
  `);
  refusal(() => categorical(integers)).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: categorical: input 0 has dtype i32
      wants: f32
      fix: cast(x, "f32")]
  `);
  refusal(() => permutation(0)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: permutation: every dimension must be an integer of at least 1
      shape: [0]]
  `);
  refusal(() => randint(3, 3, [2])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: randint: no integers in the range
      low: 3
      high: 3]
  `);
  refusal(() => randint(0.5, 3, [2])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: randint: no integers in the range
      low: 0.5
      high: 3]
  `);
});

test("gradients want a seed that fits", () => {
  const x = state("x", { shape: [2, 3], dtype: "f32" });
  const out = square(x);
  expect(() => gradients(out, [x], full([2], 1))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: gradients: seed and out differ in shape
      out: f32[2, 3]
      seed: f32[2]]
  `);
  expect(() => gradients(out, [x], full([2, 3], 1, "i32"))).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: gradients: a seed of dtype i32
      out: f32[2, 3]
      seed: i32[2, 3]
      fix: cast it to f32]
  `);
  expect(() => gradients(sum(full([3], 1, "i32")), [x])).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: gradients: of a tensor of dtype i32
      wants: f32]
  `);
  expect(() => gradients(out, [x])).toThrow(/^gradients: of a tensor of shape \[2, 3]/);
});

test("a loss of several numbers", () => {
  const p = make("p");
  for (const options of [{ lr: 0.1 }, { lr: 0.1, lossScale: "dynamic" as const }]) {
    const optimizer = new SGD([p], options);
    refusal(() => optimizer.step(square(p))).toThrow(/^gradients: of a tensor of shape \[3]\n {2}fix: reduce it/);
  }
});

test("options that are no object, and names of other libraries", () => {
  const p = make("p");
  refusal(() => new SGD([p], 0.1 as never)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: SGD: options are 0.1
      wants: an object
      fix: name what is meant: { name: value }]
  `);
  refusal(() => new Adam([p], { learningRate: 0.1 } as never)).toThrowErrorMatchingInlineSnapshot(`
    [CaptureError: Adam: there is no option learningRate
      options: lr, weightDecay, clipNorm, clipValue, accumulate, skipNonFinite, lossScale, betas, eps, amsgrad
      fix: did you mean lr?]
  `);
  refusal(() => new Adam([p], { beta: 0.9 } as never)).toThrow(/fix: did you mean betas\?/);
  // A name is guessed of those that there are.
  refusal(() => new ExponentialMovingAverage([p], { learningRate: 0.1 } as never)).toThrow(/options: decay$/);
  refusal(() => new Sequential([new ReLU()] as never)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: Sequential: argument 0 is neither a module nor a function
      fix: pass layers, not a list of them]
  `);
});
