import type { BufferPool } from "../src/gpu/pool";
import type { Runtime } from "../src/gpu/runtime";

/** NaN, 1e30 and −1e30 as f32; as f16 the first is NaN, too; large integers. */
const WORDS = [0x7fc07fc0, 0x7149f2ca, 0xf149f2ca];
const PIECE = Uint32Array.from({ length: 2 ** 14 }, (_, i) => WORDS[i % WORDS.length]!);

const filled = new WeakSet<BufferPool>();

/**
 * From now on the pool lends buffers full of garbage, except where zeros are asked for. New buffers are zeros, and reused ones often
 * hold what an earlier run computed: either hides that a kernel leaves an element out, or reads one that nobody wrote.
 */
export function lendGarbage({ pool, device }: Runtime): void {
  if (filled.has(pool)) return;
  filled.add(pool);
  const acquire = pool.acquire.bind(pool);
  pool.acquire = (bytes, label, zeroed) => {
    const buffer = acquire(bytes, label, zeroed);
    for (let at = 0; !zeroed && at < buffer.size; at += PIECE.byteLength)
      device.queue.writeBuffer(buffer, at, PIECE, 0, Math.min(PIECE.length, (buffer.size - at) / 4));
    return buffer;
  };
}
