/** An error of the engine. Its text names the op, the problem, the operands and, where certain, the fix. */
export abstract class WgradError extends Error {
  /** The op, step or file that refused. */
  readonly op: string;
  constructor(op: string, problem: string, details: Record<string, string> = {}, fix?: string) {
    const lines = Object.entries(details).map(([name, value]) => `  ${name}: ${value}`);
    super([`${op}: ${problem}`, ...lines, ...(fix ? [`  fix: ${fix}`] : [])].join("\n"));
    this.op = op;
  }
}

/** Shapes that do not fit together. Thrown where the op is called. */
export class ShapeError extends WgradError {
  override readonly name = "ShapeError";
}

/** An element type that the op does not take. */
export class DTypeError extends WgradError {
  override readonly name = "DTypeError";
}

/** Values that cannot be right: a NaN in the data, a label out of range, an empty batch, a malformed file of examples. */
export class DataError extends WgradError {
  override readonly name = "DataError";
}

/** A step that cannot be captured, or is run with feeds that it was not captured for. */
export class CaptureError extends WgradError {
  override readonly name = "CaptureError";
}

/** No WebGPU, no adapter, a lost device, too little memory. */
export class DeviceError extends WgradError {
  override readonly name = "DeviceError";
}

/** A checkpoint that is truncated, malformed, or of another model. */
export class CheckpointError extends WgradError {
  override readonly name = "CheckpointError";
}
