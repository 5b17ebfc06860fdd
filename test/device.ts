import "./quickDriver";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { Runtime } from "../src/gpu/runtime";
import { Engine } from "../src/train/engine";

/** A device in Node, or the reason why there is none (no Vulkan driver, no `webgpu` package for this platform). */
export async function nodeRuntime(): Promise<{ runtime?: Runtime; reason?: string }> {
  const { opened: runtime, reason } = await tryOpen(Runtime.create);
  return { runtime, reason };
}

async function tryOpen<T>(open: () => Promise<T>): Promise<{ opened?: T; reason?: string }> {
  try {
    return { opened: await open() };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}

/**
 * Tests that need an engine in Node. Where there is no device they are skipped, and the title says why. A test fails if WebGPU reports
 * an error on the engine's device, even if another engine that shares it caused the error. Small steps are not joined: what they are
 * made of is tested as larger steps have it.
 */
export async function describeOnDawn(title: string, body: (engine: Engine) => void): Promise<void> {
  const { opened: engine, reason } = await tryOpen(() => Engine.create({ tuning: false, join: false }));
  describe.skipIf(!engine)(`${title} in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
    beforeAll(() => console.log(`adapter: ${engine!.adapter.name}${engine!.adapter.software ? " (software)" : ""}`));
    afterEach(() => engine!.runtime.throwErrors());
    afterAll(() => engine!.dispose());
    body(engine!);
  });
}
