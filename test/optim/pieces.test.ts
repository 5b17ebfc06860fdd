// An arena of more bytes than a binding may span is gone over in pieces: the same steps, the same numbers.
import { expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import { parameter, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { add } from "../../src/ops/add";
import { mul } from "../../src/ops/mul";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import { ExponentialMovingAverage } from "../../src/optim/ema";
import type { Parameters } from "../../src/optim/groups";
import { Lion } from "../../src/optim/lion";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer, OptimizerOptions } from "../../src/optim/optimizer";
import { RAdam } from "../../src/optim/radam";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";

/** Three pieces of an arena of 17,408 elements, each cut inside of a parameter. */
const SMALL_BINDING = 32 * 1024;
const PIECES = 3;

const optimizers: Record<string, (p: Parameters, o: OptimizerOptions) => Optimizer> = {
  SGD: (p, o) => new SGD(p, o),
  momentum: (p, o) => new SGD(p, { ...o, momentum: 0.9, dampening: 0.1 }),
  RMSprop: (p, o) => new RMSprop(p, { ...o, centered: true, momentum: 0.9 }),
  Adagrad: (p, o) => new Adagrad(p, { ...o, lrDecay: 0.1 }),
  Adadelta: (p, o) => new Adadelta(p, o),
  Adam: (p, o) => new Adam(p, { ...o, amsgrad: true }),
  Adamax: (p, o) => new Adamax(p, o),
  NAdam: (p, o) => new NAdam(p, o),
  RAdam: (p, o) => new RAdam(p, o),
  Lion: (p, o) => new Lion(p, o),
};

await describeOnDawn("an arena in pieces", (engine) => {
  const { runtime } = engine;

  const run = async (maxBindingBytes: number, cpu: boolean, recording: () => Tensor, times = 1) => {
    const { result, updates } = trace(recording);
    const target = { ...runtime.open.target, maxBindingBytes, cpu };
    const made = plan({ outputs: [result], updates, target, fuse: true });
    const executable = await Executable.create(runtime, made);
    for (let i = 0; i < times; i++) executable.run();
    executable.dispose();
    return made.dispatches.slice(made.firstUpdate).map((d) => d.variant.name);
  };

  /** Four steps with all that goes over the arena, and the average in place of the parameters after them. */
  const train = async (make: (typeof optimizers)[string], maxBindingBytes: number, cpu = true) => {
    const parameters = [5000, 6000, 6400].map((n, k) =>
      parameter(`p${k}`, { shape: [n], dtype: "f32" }, () =>
        Float32Array.from({ length: n }, (_, i) => Math.sin(i + k)),
      ),
    );
    const groups = [
      { parameters: parameters.slice(0, 2), weightDecay: 0.1 },
      { parameters: parameters.slice(2), lrScale: 0.5 },
    ];
    const optimizer = make(groups, { lr: 0.01, clipNorm: 1, clipValue: 0.02, accumulate: 2 });
    const average = new ExponentialMovingAverage(parameters, { decay: 0.9 });
    const names = await run(
      maxBindingBytes,
      cpu,
      () => {
        const [a, b, c] = parameters.map((p, k) => mul(sum(square(p)), k + 1));
        const loss = add(add(a!, b!), c!);
        optimizer.step(loss);
        average.update(optimizer);
        return loss;
      },
      4,
    );
    const states = [optimizer.gradientScale, average.total, ...parameters, ...optimizer.states().map(([, t]) => t)];
    const values = await engine.read(states);
    const averaged = () => {
      average.apply();
      return sum(parameters[0]!);
    };
    names.push(...(await run(maxBindingBytes, cpu, averaged)));
    return { names, values: [...values, ...(await engine.read(parameters))] };
  };

  test.each(Object.keys(optimizers))("%s", async (name) => {
    const whole = await train(optimizers[name]!, runtime.open.target.maxBindingBytes);
    const cut = await train(optimizers[name]!, SMALL_BINDING);
    const times = (list: string[], kernel: string) => list.filter((n) => n.startsWith(kernel)).length;
    for (const kernel of ["accumulate", "square_sum", "ema_exchange"])
      expect([kernel, times(whole.names, kernel), times(cut.names, kernel)]).toEqual([kernel, 1, PIECES]);
    for (const counter of whole.names.filter((n) => /_step|count_|gradient_scale|set_flag/.test(n)))
      expect(times(cut.names, counter)).toBe(times(whole.names, counter));
    cut.values.forEach((values, k) => {
      const off = Math.max(...Array.from(values, (v, i) => Math.abs(v - whole.values[k]![i]!)));
      expect(off).toBeLessThan(1e-6 * Math.max(1, ...whole.values[k]!.map(Math.abs)));
    });
  });

  test("partial sums of the norm by workgroups", async () => {
    const sgd = optimizers.SGD!;
    const [whole, cut] = [await train(sgd, SMALL_BINDING * PIECES, false), await train(sgd, SMALL_BINDING, false)];
    expect(cut.names.filter((n) => n.startsWith("square_sum_tree"))).toHaveLength(PIECES);
    expect(cut.values[0]![1]).toBeCloseTo(whole.values[0]![1]!, 3);
    expect(whole.values[0]![1]).toBeGreaterThan(1);
  });

  test("a tensor larger than a binding is refused before anything is made", async () => {
    const small = Object.assign(Object.create(runtime) as typeof runtime, {
      open: { ...runtime.open, target: { ...runtime.open.target, maxBindingBytes: 1024 } },
    });
    const p = parameter("p", { shape: [300], dtype: "f32" }, () => new Float32Array(300));
    const { result } = trace(() => square(p));
    const made = plan({ outputs: [result], target: runtime.open.target, fuse: true });
    await expect(Executable.create(small, made)).rejects.toThrow(
      /f32\[300\] takes 1200 bytes\n {2}limit: 1024 bytes a binding on this device\n {2}fix: use a smaller batch/,
    );
  });
});
