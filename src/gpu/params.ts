import { BufferUsage } from "./constants";
import type { Runtime } from "./runtime";

const UNIFORM = BufferUsage.UNIFORM | BufferUsage.COPY_DST;

/** Puts the parameters of all dispatches into one uniform buffer. @returns it, and the offset of each block in it */
export function writeParams(
  { device, pool }: Runtime,
  blocks: readonly ArrayBuffer[],
): [GPUBuffer | undefined, number[]] {
  const alignment = device.limits.minUniformBufferOffsetAlignment;
  let end = 0;
  const offsets = blocks.map((params) => {
    const at = end;
    end += Math.ceil(params.byteLength / alignment) * alignment;
    return at;
  });
  if (!end) return [undefined, offsets];
  const bytes = new Uint8Array(end);
  blocks.forEach((params, i) => {
    bytes.set(new Uint8Array(params), offsets[i]);
  });
  const buffer = pool.keep(device.createBuffer({ label: "params", size: end, usage: UNIFORM }));
  device.queue.writeBuffer(buffer, 0, bytes);
  return [buffer, offsets];
}
