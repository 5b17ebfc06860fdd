// The engines that are raced, and where those that are not ours come from.

export type PeerName = "tfjs" | "jax";
export type EngineName = "wgrad" | PeerName;
export const ENGINES: readonly EngineName[] = ["wgrad", "tfjs", "jax"];

interface Peer {
  readonly label: string;
  readonly version: string;
  /** Loaded in this order; what is used is the first one's exports. */
  readonly packages: readonly string[];
}

const TFJS = "4.22.0";
const JAX = "0.1.25";

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  tfjs: {
    label: "TensorFlow.js",
    version: TFJS,
    packages: [`@tensorflow/tfjs@${TFJS}`, `@tensorflow/tfjs-backend-webgpu@${TFJS}`],
  },
  jax: { label: "jax-js", version: JAX, packages: [`@jax-js/jax@${JAX}`] },
};

export const labelOf = (engine: EngineName): string => (engine === "wgrad" ? "wgrad" : PEERS[engine].label);

/** A package and its version, of "name@version". */
export const splitSpec = (spec: string): { name: string; version: string } => {
  const at = spec.lastIndexOf("@");
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
};

/**
 * The addresses of each peer's modules: on jsDelivr, whose bundles of one version share their dependencies; while
 * developing, the copies that `npm run bench` has installed, where it has.
 */
export async function peerModules(): Promise<Record<PeerName, string[]>> {
  const fromCdn = Object.entries(PEERS).map(([name, { packages }]) => [
    name,
    packages.map((spec) => `https://cdn.jsdelivr.net/npm/${spec}/+esm`),
  ]);
  const modules = Object.fromEntries(fromCdn) as Record<PeerName, string[]>;
  if (!import.meta.env.DEV) return modules;
  const response = await fetch(new URL("../peers/index.json", location.href));
  const installed = (await response.json()) as Partial<Record<PeerName, string>>;
  for (const [name, path] of Object.entries(installed)) modules[name as PeerName] = [new URL(path, location.href).href];
  return modules;
}
