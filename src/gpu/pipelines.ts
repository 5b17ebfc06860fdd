import { DeviceError } from "../core/errors";
import { sourceLine } from "../kernel/include";
import type { Variant } from "../kernel/kernel";
import { byImmediates, type Target } from "../kernel/target";
import { unroll } from "../kernel/unroll";
import { accepted } from "./accepted";
import { BufferUsage, SHADER_STAGE_COMPUTE } from "./constants";
import type { Waiter } from "./waiter";

export interface CompiledPipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Whether the parameters travel with the dispatch, see {@link byImmediates}; else they are in a uniform buffer. */
  readonly immediates: boolean;
}

/** Called as pipelines get ready. */
export type CompileProgress = (done: number, total: number) => void;

/** The least bytes of each buffer that a pipeline is warmed up with. */
const WARM_BYTES = 1024;

/** Most pipelines kept: enough for a few large networks. Captured steps keep their own. */
const MOST_KEPT = 1024;

/**
 * The pipelines of a device, one for each variant, compiled together and asynchronously. Least recently used ones are dropped: a
 * loop whose shapes grow needs ever new ones.
 */
export class PipelineCache {
  /** By variant key; the least recently used comes first. */
  readonly #compiled = new Map<string, Promise<CompiledPipeline>>();
  #made = 0;

  constructor(
    readonly device: GPUDevice,
    readonly waiter: Waiter,
    readonly target: Target,
    readonly most = MOST_KEPT,
  ) {}

  /** Number of pipelines made so far. */
  get size(): number {
    return this.#made;
  }

  /** Compiles what is missing of these variants. @throws DeviceError naming the kernel that the device refuses */
  async compile(variants: readonly Variant[], onProgress?: CompileProgress): Promise<Map<string, CompiledPipeline>> {
    const distinct = new Map(variants.map((v) => [v.key, v] as const));
    let done = 0;
    const ready = [...distinct.values()].map(async (variant) => {
      const result = await this.#find(variant);
      onProgress?.(++done, distinct.size);
      return [variant.key, result] as const;
    });
    return new Map(await Promise.all(ready));
  }

  #find(variant: Variant): Promise<CompiledPipeline> {
    const { key } = variant;
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      compiled = this.#create(variant);
      compiled.then(
        () => this.#made++,
        // What the device refuses now, for lack of memory say, it may accept later.
        () => this.#compiled.delete(key),
      );
    }
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    if (this.#compiled.size > this.most) this.#compiled.delete(this.#compiled.keys().next().value!);
    return compiled;
  }

  async #create(variant: Variant): Promise<CompiledPipeline> {
    const { device } = this;
    const immediates = byImmediates(this.target, variant.params.length);
    const written = variant.unrolled ? unroll(variant.code) : variant.code;
    const code = immediates ? written.replace(UNIFORM_PARAMS, "var<immediate> params") : written;
    const label = variant.name;
    const immediateSize = immediates ? 4 * variant.params.length : 0;
    let module: GPUShaderModule | undefined;
    try {
      const compiling = accepted(device, label, async () => {
        module = device.createShaderModule({ label, code });
        const layout = device.createBindGroupLayout({ label, entries: layoutEntries(variant, immediates) });
        const layouts = { bindGroupLayouts: [layout], ...(immediateSize && { immediateSize }) };
        const pipelineLayout = device.createPipelineLayout({ label, ...layouts });
        const compute = { module, entryPoint: "main" };
        const pipeline = await device.createComputePipelineAsync({ label, layout: pipelineLayout, compute });
        return { pipeline, layout, immediates };
      });
      const compiled = await this.waiter.patiently(compiling);
      await this.#warmUp(variant, compiled);
      return compiled;
    } catch (cause) {
      const messages = (await module?.getCompilationInfo())?.messages ?? [];
      const lines = messages.map((m) => `${sourceLine(written, m.lineNum)}:${m.linePos} ${m.message}`);
      const details = { variant: variant.key, cause: lines.join("; ") || String(cause) };
      throw new DeviceError(variant.name, "the device refuses this kernel", details);
    }
  }

  /**
   * Runs a pipeline once over buffers of zeros: some drivers compile only at the first dispatch. Every kernel ends at once
   * when its parameters are zero.
   */
  async #warmUp(variant: Variant, { pipeline, layout, immediates }: CompiledPipeline): Promise<void> {
    const { device } = this;
    const { STORAGE, UNIFORM } = BufferUsage;
    const label = "warm-up";
    const size = Math.max(WARM_BYTES, 16 * Math.ceil(variant.params.length / 4));
    const buffers = await accepted(device, variant.name, () => {
      const made = layoutEntries(variant, immediates).map(({ buffer }) =>
        device.createBuffer({ label, size, usage: buffer!.type === "uniform" ? UNIFORM : STORAGE }),
      );
      const entries = made.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const encoder = device.createCommandEncoder({ label });
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
      if (immediates) pass.setImmediates(0, new Uint32Array(variant.params.length));
      pass.dispatchWorkgroups(1);
      pass.end();
      device.queue.submit([encoder.finish()]);
      return made;
    });
    await this.waiter.workDone();
    for (const buffer of buffers) buffer.destroy();
  }
}

/** The declaration of a kernel's parameters. */
const UNIFORM_PARAMS = /@group\(0\) @binding\(\d+\) var<uniform> params/;

function layoutEntries({ bindings, params }: Variant, immediates: boolean): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = bindings.map((b) => (b.access === "read" ? "read-only-storage" : "storage"));
  if (params.length && !immediates) types.push("uniform");
  return types.map((type, binding) => ({ binding, visibility: SHADER_STAGE_COMPUTE, buffer: { type } }));
}
