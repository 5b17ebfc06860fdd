import "./quickDriver";
import { afterAll, beforeAll, describe } from "vitest";
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

/** Tests that want an engine in Node; where there is no device they are skipped, and the title says why. */
export async function describeOnDawn(title: string, body: (engine: Engine) => void): Promise<void> {
  const { runtime, reason } = await nodeRuntime();
  const engine = runtime && (await Engine.create({ device: runtime.device, tuning: false }));
  describe.skipIf(!engine)(`${title} in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
    beforeAll(() => console.log(`adapter: ${runtime!.adapter.name}${runtime!.adapter.software ? " (software)" : ""}`));
    afterAll(() => {
      engine!.dispose();
      runtime!.destroy();
    });
    body(engine!);
  });
}
