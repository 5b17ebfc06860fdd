import { DataError } from "./errors";
import { masses, quantile } from "./normalDistribution";

/** @throws DataError unless the seed is an integer: of a fraction such as `Math.random()` nothing would be left but 0 */
export function checkSeed(name: string, seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new DataError(name, `seed ${seed}`, { wants: "an integer" });
}

/**
 * Counter-based random numbers, by Threefry-2x32 with 20 rounds: a value depends on (seed, stream, index) alone. So they can be made
 * in any order, and are equal on the CPU and on the GPU.
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the same function is in shaders/include/threefry.wgsl
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const keys = [key0, key1, 0x1bd11bda ^ key0 ^ key1];
  let x0 = (counter0 + key0) >>> 0;
  let x1 = (counter1 + key1) >>> 0;
  for (let round = 0; round < 20; round++) {
    const r = ROTATIONS[round % 8]!;
    x0 = (x0 + x1) >>> 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) >>> 0;
    x1 = (x1 ^ x0) >>> 0;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      x0 = (x0 + keys[s % 3]!) >>> 0;
      x1 = (x1 + keys[(s + 1) % 3]! + s) >>> 0;
    }
  }
  return [x0, x1];
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** The upper 24 bits of a 32-bit integer as a number in [0, 1), exact in f32. */
export const toUnit = (bits: number): number => (bits >>> 8) / 2 ** 24;

/** `length` numbers uniform in [low, high). */
export function uniform(seed: number, stream: number, length: number, low = 0, high = 1): Float32Array<ArrayBuffer> {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const pair = threefry2x32(seed, stream, i >>> 1, 0);
    out[i] = low + (high - low) * toUnit(pair[0]);
    if (i + 1 < length) out[i + 1] = low + (high - low) * toUnit(pair[1]);
  }
  return out;
}

/** `length` numbers from the normal distribution, by Box and Muller 1958. */
export function normal(seed: number, stream: number, length: number, mean = 0, std = 1): Float32Array<ArrayBuffer> {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const [a, b] = threefry2x32(seed, stream, i >>> 1, 1);
    const radius = std * Math.sqrt(-2 * Math.log(1 - toUnit(a)));
    const angle = 2 * Math.PI * toUnit(b);
    out[i] = mean + radius * Math.cos(angle);
    if (i + 1 < length) out[i + 1] = mean + radius * Math.sin(angle);
  }
  return out;
}

/** `length` numbers from the normal distribution truncated to a … b, by the inverse of its distribution function. */
export function truncatedNormal(
  seed: number,
  stream: number,
  length: number,
  { mean = 0, std = 1, a = -2, b = 2 }: { mean?: number; std?: number; a?: number; b?: number } = {},
): Float32Array<ArrayBuffer> {
  const { below, mass, above } = masses((a - mean) / std, (b - mean) / std);
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const u = (threefry2x32(seed, stream, i >>> 1, 2)[i % 2]! + 0.5) / 2 ** 32;
    out[i] = Math.max(a, Math.min(b, mean + std * quantile(below + mass * u, above + mass * (1 - u))));
  }
  return out;
}
