import { createGenerator, type Engine, normal, uniform } from "../../src/index";

export type DataKind = "spirals" | "circles" | "xor" | "blobs";

/** Points of the plane, and which of two classes each belongs to. */
export interface Points {
  /** x₁, x₂ of each point. */
  readonly xy: Float32Array<ArrayBuffer>;
  /** 0 or 1. */
  readonly labels: Float32Array<ArrayBuffer>;
}

export const COUNT = 400;

/** From two numbers in [0, 1) and a label to a point that no noise has moved yet; most lie in −1 … 1. */
const SHAPES: Record<DataKind, (u: number, v: number, label: number) => [number, number]> = {
  spirals(u, _, label) {
    const angle = 2 * Math.PI * (1.5 * u + label / 2);
    const radius = 0.06 + 0.86 * u;
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  },
  circles(u, v, label) {
    const radius = label ? 0.45 * Math.sqrt(u) : 0.65 + 0.25 * u;
    return [radius * Math.sin(2 * Math.PI * v), radius * Math.cos(2 * Math.PI * v)];
  },
  xor(u, v, label) {
    const [x, y] = [0.06 + 0.84 * u, 0.06 + 0.84 * v];
    // Half of each class, whatever the label: the sign comes from a digit of u that places no point.
    const sign = Math.floor(u * 1024) % 2 ? 1 : -1;
    return [sign * x, (label ? sign : -sign) * y];
  },
  blobs: (_u, _v, label) => (label ? [0.4, 0.4] : [-0.4, -0.4]),
};

/** Spread of the blobs without noise: without any they would be two points. */
const BLOB = 0.12;

/**
 * Points of a kind, the same for the same seed on every device.
 * @param noise standard deviation by which each point is moved
 */
export async function makePoints(engine: Engine, kind: DataKind, noise: number, seed: number): Promise<Points> {
  const generator = createGenerator(seed);
  const [places, moves] = await engine.read([uniform([COUNT, 2], { generator }), normal([COUNT, 2], { generator })]);
  const labels = Float32Array.from({ length: COUNT }, (_, i) => i % 2);
  const xy = new Float32Array(2 * COUNT);
  const spread = noise + (kind === "blobs" ? BLOB : 0);
  for (let i = 0; i < COUNT; i++) {
    const [x, y] = SHAPES[kind](places![2 * i]!, places![2 * i + 1]!, labels[i]!);
    xy.set([x + spread * moves![2 * i]!, y + spread * moves![2 * i + 1]!], 2 * i);
  }
  return { xy, labels };
}

/** Some of the points. */
export const choose = ({ xy, labels }: Points, rows: Uint32Array): Points => ({
  xy: Float32Array.from({ length: 2 * rows.length }, (_, i) => xy[2 * rows[i >> 1]! + (i % 2)]!),
  labels: Float32Array.from(rows, (r) => labels[r]!),
});
