import { Profiler } from "../../../src/gpu/profile";
import { Waiter } from "../../../src/gpu/waiter";

/**
 * Milliseconds, by the device's own clock, from the beginning of the first pass that `run` submits to the end of its last: with what
 * launches wait for one another, as in training, and without what asking for them takes.
 */
export async function deviceTime(device: GPUDevice, run: () => Promise<void>): Promise<number> {
  const profiler = new Profiler(device, 1);
  const { querySet, ...first } = profiler.timestamps(0)!;
  const { endOfPassWriteIndex } = first as { endOfPassWriteIndex: number };
  let passes = 0;
  const made = device.createCommandEncoder;
  device.createCommandEncoder = (descriptor) => {
    const encoder = made.call(device, descriptor);
    const begun = encoder.beginComputePass;
    encoder.beginComputePass = (pass) => {
      const timestampWrites = { querySet, ...(passes++ ? { endOfPassWriteIndex } : first) };
      return begun.call(encoder, { ...pass, timestampWrites });
    };
    return encoder;
  };
  try {
    await run();
  } finally {
    device.createCommandEncoder = made;
  }
  const [milliseconds] = await profiler.finish(device.createCommandEncoder(), new Waiter(device, false));
  return milliseconds!;
}
