/**
 * A permutation of 0 … count − 1 that needs no memory: the place of element i follows from (seed, epoch, i) alone. It is an
 * eight-round Feistel network over the next power of two, applied until the result is below count.
 * @see Luby and Rackoff 1988; Black and Rogaway 2002 (cycle walking). The same function is in shaders/include/permutation.wgsl
 */
export function permuted(i: number, count: number, seed: number, epoch: number): number {
  const bits = Math.max(2, 32 - Math.clz32(count - 1));
  const lowBits = bits >>> 1;
  const lowMask = 2 ** lowBits - 1;
  const highMask = 2 ** (bits - lowBits) - 1;
  const key = mix((mix(epoch) ^ seed) >>> 0);
  let x = i;
  do {
    let low = x & lowMask;
    let high = x >>> lowBits;
    for (let round = 0; round < 8; round += 2) {
      low ^= mix((high + Math.imul(round, 0x9e3779b9) + key) >>> 0) & lowMask;
      high ^= mix((low + Math.imul(round + 1, 0x9e3779b9) + key) >>> 0) & highMask;
    }
    x = ((high << lowBits) | low) >>> 0;
  } while (x >= count);
  return x;
}

/** Finaliser of MurmurHash3 (Appleby 2011, public domain): every input bit moves every output bit. */
export function mix(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}
