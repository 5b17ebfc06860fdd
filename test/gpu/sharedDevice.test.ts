// A device that an engine shares with others, a renderer say: what these do wrong is none of the engine's business.
import { expect, test } from "vitest";
import { DeviceError } from "../../src/core/errors";
import { mul } from "../../src/ops/mul";
import { Engine } from "../../src/train/engine";
import { tensor } from "../../src/train/tensor";
import { nodeRuntime } from "../device";

const { runtime: opened } = await nodeRuntime();
opened?.destroy();

/** Asks for a buffer that there cannot be, and waits until WebGPU has said so. */
async function doWrong(device: GPUDevice): Promise<void> {
  const said = new Promise((resolve) => device.addEventListener("uncapturederror", resolve, { once: true }));
  device.createBuffer({ size: 4, usage: 0 });
  await said;
}

test.skipIf(!opened)(
  "an error on the engine's own device is thrown at the next read, one on a shared device is not",
  async () => {
    const own = await Engine.create({ tuning: false });
    const { device } = own.runtime;
    const sharing = await Engine.create({ device, tuning: false });
    const twice = (engine: Engine) => engine.read(mul(tensor([1, 2]), 2));
    await doWrong(device);
    expect([...(await twice(sharing))]).toEqual([2, 4]);
    await expect(twice(own)).rejects.toThrow(DeviceError);
    expect([...(await twice(own))]).toEqual([2, 4]);
    sharing.dispose();
    own.dispose();
  },
);
