import { DeviceError } from "../core/errors";

/** That the device lacks memory. */
export class MemoryError extends DeviceError {}

const SCOPES: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];
const LESS = "use a smaller batch, or release what is not needed";

/**
 * What `work` makes, once the device has accepted all that it was told in it: at once, not after an `await`, since what others
 * tell the device meanwhile is not meant.
 * @param op what wants it, for errors
 * @throws DeviceError the first error that WebGPU reported of it; nobody else hears of it
 */
export async function accepted<T>(device: GPUDevice, op: string, work: () => T): Promise<Awaited<T>> {
  for (const scope of SCOPES) device.pushErrorScope(scope);
  let popped: Promise<(GPUError | null)[]>;
  let made: T;
  try {
    made = work();
  } finally {
    popped = Promise.all(SCOPES.map(() => device.popErrorScope()));
    popped.catch(() => {}); // of a device that is lost; whoever waits hears of it
  }
  const refused = popped.then((errors) => {
    const [, lacking] = errors;
    if (lacking) throw new MemoryError(op, "the device lacks memory", { message: lacking.message }, LESS);
    const error = errors.find((e) => e !== null);
    if (error) throw new DeviceError(op, error.message);
  });
  const [result] = await Promise.all([made, refused]);
  return result;
}
