// The engines that are raced, and where those that are not ours come from.

export type PeerName = "tfjs" | "jax";
export type EngineName = "wgrad" | PeerName;
export const ENGINES: readonly EngineName[] = ["wgrad", "tfjs", "jax"];

interface Peer {
  readonly label: string;
  readonly version: string;
  readonly packages: readonly string[];
  /** The file of each package that needs no other package as a module; loaded in this order. */
  readonly files: readonly string[];
  /** The variable that the files leave what they make in, where they are scripts and export nothing. */
  readonly variable?: string;
}

const TFJS = "4.22.0";
const JAX = "0.1.25";

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  tfjs: {
    label: "TensorFlow.js",
    version: TFJS,
    packages: [`@tensorflow/tfjs@${TFJS}`, `@tensorflow/tfjs-backend-webgpu@${TFJS}`],
    files: ["dist/tf.es2017.min.js", "dist/tf-backend-webgpu.es2017.min.js"],
    variable: "tf",
  },
  jax: { label: "jax-js", version: JAX, packages: [`@jax-js/jax@${JAX}`], files: ["dist/index.js"] },
};

export const labelOf = (engine: EngineName): string => (engine === "wgrad" ? "wgrad" : PEERS[engine].label);

/** A package and its version, of "name@version". */
export const splitSpec = (spec: string): { name: string; version: string } => {
  const at = spec.lastIndexOf("@");
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
};

/**
 * The addresses of each peer's files: on jsDelivr, as their packages hold them; while developing, bundles of the copies that
 * `npm run bench` has installed, where it has.
 */
export async function peerModules(): Promise<Record<PeerName, string[]>> {
  const fromCdn = Object.entries(PEERS).map(([name, { packages, files }]) => [
    name,
    packages.map((spec, i) => `https://cdn.jsdelivr.net/npm/${spec}/${files[i]}`),
  ]);
  const modules = Object.fromEntries(fromCdn) as Record<PeerName, string[]>;
  if (!import.meta.env.DEV) return modules;
  const response = await fetch(new URL("../peers/index.json", location.href));
  const installed = (await response.json()) as Partial<Record<PeerName, string>>;
  for (const [name, path] of Object.entries(installed)) modules[name as PeerName] = [new URL(path, location.href).href];
  return modules;
}
