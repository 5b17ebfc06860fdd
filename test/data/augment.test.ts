// Augmentation as a part of a step, against the same model on the CPU with the same random numbers.
import { expect, test } from "vitest";
import { threefry2x32 } from "../../src/core/random";
import {
  type AugmentOptions,
  augment,
  cutout,
  randomCrop,
  randomFlip,
  randomNoise,
  randomRotate,
  randomShift,
} from "../../src/data/augment";
import { mixup } from "../../src/data/mixup";
import { createGenerator, type Generator } from "../../src/graph/generator";
import type { Tensor } from "../../src/graph/tensor";
import { normal } from "../../src/ops/normal";
import { sum } from "../../src/ops/sum";
import { symmetricBeta } from "../../src/ops/symmetricBeta";
import { gradients } from "../../src/optim/gradients";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";
import type { Reference } from "../ops/opCase";
import { placementOf } from "../ops/randomPlacement";
import { element, indices } from "../ops/reference";
import { warped } from "../ops/warp";

const SEED = 11;
const SHAPE = [9, 2, 6, 7] as const;
const SIZE = [6, 7] as const;
const picturesOf = (width: number) => Float32Array.from({ length: 9 * 2 * 6 * width }, (_, i) => Math.sin(1.7 * i) + 1);
const pictures = picturesOf(SIZE[1]);
const reference: Reference = { shape: SHAPE, data: Float64Array.from(pictures) };

/** What a step with number `step` is to make of the pictures; its first random op draws from stream 0. */
function expected(options: AugmentOptions, step: number, width: number): Float64Array {
  const size = [SIZE[0], width] as const;
  const word = (i: number) => threefry2x32(SEED, 0, i >>> 1, step)[i % 2]!;
  const rows = Array.from({ length: SHAPE[0] }, (_, n) => placementOf((j) => word(8 * n + j), size, options));
  const { fill, cutout, rotate, scale, crop } = options;
  const mode = rotate || scale ? "bilinear" : "nearest";
  const placement = { shape: [SHAPE[0], 8], data: Float64Array.from(rows.flat()) };
  const read = { shape: [9, 2, ...size], data: Float64Array.from(picturesOf(width)) };
  return warped(read, placement, {
    size: crop ?? size,
    mode,
    ...(fill !== undefined && { fill }),
    ...(cutout && { cutout }),
  }).data;
}

const ways: [string, (x: Tensor, generator: Generator) => Tensor, AugmentOptions][] = [
  ["shift", (x, generator) => randomShift(x, 2, { generator }), { shift: 2 }],
  [
    "shift, edges",
    (x, generator) => randomShift(x, [1, 3], { fill: "edge", generator }),
    { shift: [1, 3], fill: "edge" },
  ],
  ["flip", (x, generator) => randomFlip(x, { generator }), { flip: 0.5 }],
  [
    "flip both ways",
    (x, generator) => randomFlip(x, { horizontal: 1, vertical: 0.3, generator }),
    { flip: 1, flipVertical: 0.3 },
  ],
  ["flip and shift", (x, generator) => augment(x, { shift: 3, flip: 0.5, generator }), { shift: 3, flip: 0.5 }],
  ["rotate", (x, generator) => randomRotate(x, 30, { generator }), { rotate: 30 }],
  ["crop", (x, generator) => randomCrop(x, 6, { padding: [2, 3], generator }), { crop: 6, padding: [2, 3] }],
  ["crop to four columns", (x, generator) => randomCrop(x, 4, { padding: 3, generator }), { crop: 4, padding: 3 }],
  ["cutout", (x, generator) => cutout(x, 3, { fill: -1, generator }), { cutout: 3, fill: -1 }],
  [
    "all at once",
    (x, generator) => augment(x, { shift: 1, flip: 0.5, rotate: 15, scale: [0.8, 1.2], cutout: 2, generator }),
    { shift: 1, flip: 0.5, rotate: 15, scale: [0.8, 1.2], cutout: 2 },
  ],
];

await describeOnDawn("augmentation", (engine) => {
  const x = () => tensor(pictures, [...SHAPE]);

  // One pixel at a time, and four where rows allow it.
  const cases = [SIZE[1], 8].flatMap((width) =>
    ways.map(([name, ...way]) => [`${name}, ${width} wide`, width, ...way] as const),
  );
  test.each(cases)("%s: each picture as the model has it, others in the next step", async (_, width, make, options) => {
    const generator = createGenerator(SEED);
    const made = () => make(tensor(picturesOf(width), [9, 2, SIZE[0], width]), generator);
    const step = await engine.capture({}, () => ({ out: made() }));
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      await step.run();
      const out = await step.read("out");
      seen.push(String(out));
      const wanted = expected(options, i, width);
      expect(out).toHaveLength(wanted.length);
      const off = Math.max(...Array.from(out, (v, at) => Math.abs(v - wanted[at]!)));
      expect(off).toBeLessThan(options.rotate ? 2e-5 : 1e-7);
    }
    expect(seen[0]).not.toBe(seen[1]);
  });

  test("two launches however much is asked for, and the count of the generator", async () => {
    const options = { shift: 1, flip: 0.5, rotate: 15, scale: [0.8, 1.2] as const, cutout: 2 };
    const step = await engine.capture({ x: [...SHAPE] }, ({ x }) => ({ out: augment(x, options) }));
    expect(step.plan.dispatches.map((d) => d.variant.name)).toEqual(["random_placement", "warp", "increment"]);
  });

  test("every picture is treated in its own way", async () => {
    const same = tensor(
      Float32Array.from({ length: 64 * 42 }, (_, i) => i % 42),
      [64, 1, 6, 7],
    );
    const out = await engine.read(randomShift(same, 2, { generator: createGenerator(1) }));
    const kinds = new Set(Array.from({ length: 64 }, (_, n) => String(out.slice(42 * n, 42 * n + 42))));
    expect(kinds.size).toBeGreaterThan(15);
  });

  test("not in training: as they are, a crop from the middle, no random number drawn", async () => {
    const training = false;
    const t = x();
    const untouched = [
      randomShift(t, 2, { training }),
      randomFlip(t, { training }),
      randomRotate(t, 9, { training }),
      cutout(t, 2, { training }),
      randomNoise(t, 1, { training }),
      augment(t),
    ];
    for (const out of untouched) expect(out).toBe(t);
    const inner = await engine.read(randomCrop(t, [4, 9], { fill: -5, training }));
    const wanted = [...indices([9, 2, 4, 9])].map(([n, c, y, z]) =>
      z! < 1 || z! > 7 ? -5 : element(reference, [n!, c!, y! + 1, z! - 1]),
    );
    expect([...inner]).toEqual([...Float32Array.from(wanted)]);
  });

  test("noise: that of `normal`, and the gradient flows on", async () => {
    const t = x();
    const noisy = await engine.read(randomNoise(t, 0.5, { generator: createGenerator(SEED) }));
    const noise = await engine.read(normal(SHAPE, { std: 0.5, generator: createGenerator(SEED) }));
    for (const [i, v] of noisy.entries()) expect(v).toBeCloseTo(pictures[i]! + noise[i]!, 5);
    const [slope] = gradients(sum(randomNoise(t, 0.5)), [t]);
    expect(new Set(await engine.read(slope!))).toEqual(new Set([1]));
  });

  test.each(["example", "batch"] as const)("mixup by %s: pictures and labels by the same share", async (per) => {
    const labels = Int32Array.from({ length: 9 }, (_, i) => i % 4);
    const generator = createGenerator(SEED);
    const step = await engine.capture({}, () => {
      const { x: mixed, labels: soft } = mixup(x(), tensor(labels, [9]), { alpha: 0.4, per, classes: 4, generator });
      return { mixed, soft };
    });
    // The shares, the pictures, one-hot labels, the labels: the partner is read in place.
    expect(step.plan.dispatches.filter((d) => d.variant.name !== "increment")).toHaveLength(4);
    await step.run();
    const { mixed, soft } = await step.readAll(["mixed", "soft"]);
    const count = per === "batch" ? 1 : 9;
    const shares = await engine.read(symmetricBeta([count], { alpha: 0.4, generator: createGenerator(SEED) }));
    for (let n = 0; n < 9; n++) {
      const [share, partner] = [shares[n % count]!, 8 - n];
      for (let i = 0; i < 84; i++)
        expect(mixed[84 * n + i]).toBeCloseTo(
          share * pictures[84 * n + i]! + (1 - share) * pictures[84 * partner + i]!,
          5,
        );
      for (let c = 0; c < 4; c++)
        expect(soft[4 * n + c]).toBeCloseTo(
          share * Number(labels[n] === c) + (1 - share) * Number(labels[partner] === c),
          5,
        );
    }
  });

  test.each([0.1, 0.5, 1, 4])("shares from Beta(%f, %f): mean, variance, fourth moment", async (alpha) => {
    const N = 40_000;
    const values = Array.from(await engine.read(symmetricBeta([N], { alpha, generator: createGenerator(3) })));
    const power = (k: number) => values.reduce((n, v) => n + (v - 0.5) ** k, 0) / N;
    const variance = 1 / (4 * (2 * alpha + 1));
    const fourth = (3 * variance ** 2 * (2 * alpha + 1)) / (2 * alpha + 3);
    expect(Math.abs(power(1))).toBeLessThan(4 * Math.sqrt(variance / N));
    expect(Math.abs(power(2) - variance)).toBeLessThan(4 * Math.sqrt((fourth - variance ** 2) / N));
    expect(power(4) / fourth).toBeCloseTo(1, 1);
    expect(values.every((v) => v >= 0 && v <= 1)).toBe(true);
  });
});
