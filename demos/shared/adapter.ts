/** The adapter that WebGPU gives this page. */
export interface AdapterView {
  readonly name: string;
  /** True where it runs on the CPU. */
  readonly software: boolean;
}

/** The adapter, or one plain sentence on why there is none and what to do. */
export async function findAdapter(): Promise<AdapterView | string> {
  if (!navigator.gpu && !isSecureContext)
    return "Browsers keep WebGPU from pages that come over plain http: open this one over https, or on localhost.";
  if (!navigator.gpu) return "This browser has no WebGPU. Use Chrome or Edge 113 or newer.";
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter)
    return "WebGPU is there, but no GPU adapter. Update the graphics driver, or enable chrome://flags/#enable-unsafe-webgpu.";
  const { vendor, architecture, description } = adapter.info;
  const name =
    [...new Set([vendor, architecture, description])].filter((p) => p).join(" ") ||
    "an adapter that keeps its name to itself";
  // As the engine's isSoftwareAdapter: importing it would load the whole engine into the gallery's first page.
  return { name, software: /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name) };
}
