import { Runtime } from "../src/gpu/runtime";

/** A device in Node, or the reason why there is none here (no Vulkan driver, no `webgpu` package for this platform). */
export async function nodeRuntime(): Promise<{ runtime?: Runtime; reason?: string }> {
  try {
    return { runtime: await Runtime.create() };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}
