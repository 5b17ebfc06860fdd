import { DeviceError } from "../core/errors";

/** The device lacks memory. */
export class MemoryError extends DeviceError {}

const SCOPES: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];
const LESS = "use a smaller batch, or release what is not needed";

/**
 * The result of `work`, once the device has accepted every call that `work` made to it before its first `await`: later calls, which
 * may be mixed with those of others, are not watched.
 * @param op the name of the work, for errors
 * @throws DeviceError the first error that WebGPU reports of these calls; it is reported nowhere else
 */
export async function accepted<T>(device: GPUDevice, op: string, work: () => T): Promise<Awaited<T>> {
  for (const scope of SCOPES) device.pushErrorScope(scope);
  let popped: Promise<(GPUError | null)[]>;
  let made: T;
  try {
    made = work();
  } finally {
    popped = Promise.all(SCOPES.map(() => device.popErrorScope()));
    popped.catch(() => {}); // It rejects where the device is lost; the wait below throws that.
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
