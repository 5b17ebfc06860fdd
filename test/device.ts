import "./quickDriver";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { Runtime } from "../src/gpu/runtime";
import { Engine } from "../src/train/engine";

/** A device in Node, or the reason why there is none here (no Vulkan driver, no `webgpu` package for this platform). */
export async function nodeRuntime(): Promise<{ runtime?: Runtime; reason?: string }> {
  try {
    return { runtime: await Runtime.create() };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}

async function nodeEngine(): Promise<{ engine?: Engine; reason?: string }> {
  try {
    return { engine: await Engine.create({ tuning: false }) };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}

/**
 * Tests that want an engine in Node; where there is no device they are skipped, and the title says why. A test fails if WebGPU reported
 * an error on the engine's device, also where another engine shares it.
 */
export async function describeOnDawn(title: string, body: (engine: Engine) => void): Promise<void> {
  const { engine, reason } = await nodeEngine();
  describe.skipIf(!engine)(`${title} in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
    beforeAll(() => console.log(`adapter: ${engine!.adapter.name}${engine!.adapter.software ? " (software)" : ""}`));
    afterEach(() => engine!.runtime.throwErrors());
    afterAll(() => engine!.dispose());
    body(engine!);
  });
}
