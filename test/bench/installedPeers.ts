// The peers, installed beside the project and not into it, and served to the race page while developing.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Plugin } from "vite";
import { PEERS, type PeerName, splitSpec } from "../../demos/race/peers.ts";

/** Where the benchmark keeps what it installs and builds. */
export const benchFolder = (root: string): string => join(root, "node_modules/.bench");

const specs = Object.values(PEERS).flatMap((p) => p.packages);

/** Package names of all peers with the folders that hold them. */
export const peerFolders = (root: string): Record<string, string> =>
  Object.fromEntries(specs.map(splitSpec).map(({ name }) => [name, join(benchFolder(root), "node_modules", name)]));

function isInstalled(root: string, spec: string): boolean {
  const { name, version } = splitSpec(spec);
  const file = join(benchFolder(root), "node_modules", name, "package.json");
  return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version === version;
}

/** Installs the peers, unless they are there. @throws Error where npm fails */
export function installPeers(root: string): void {
  if (specs.every((spec) => isInstalled(root, spec))) return;
  const folder = benchFolder(root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const args = ["install", "--no-audit", "--no-fund", ...specs];
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`installing ${specs.join(" ")} failed`);
}

/** Bundles the installed peers, each with one copy of what its packages share; done once for each set of versions. */
async function bundle(root: string, names: readonly PeerName[]): Promise<void> {
  const folder = benchFolder(root);
  const [outDir, stamp] = [join(folder, "peers"), names.flatMap((n) => PEERS[n].packages).join("\n")];
  const stampFile = join(outDir, "versions.txt");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  const entry: Record<string, string> = {};
  for (const name of names) {
    const [first, ...others] = PEERS[name].packages.map((spec) => JSON.stringify(splitSpec(spec).name));
    entry[name] = join(folder, `${name}.entry.js`);
    writeFileSync(entry[name], [...others.map((o) => `import ${o};`), `export * from ${first};`].join("\n"));
  }
  await build({
    configFile: false,
    root: folder,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    build: { outDir, emptyOutDir: true, target: "esnext", minify: false, lib: { entry, formats: ["es"] } },
  });
  writeFileSync(stampFile, stamp);
}

/** Installs the peers and bundles them for Node, unless that was done. @throws Error where npm fails */
export async function bundlePeers(root: string): Promise<void> {
  installPeers(root);
  await bundle(root, Object.keys(PEERS) as PeerName[]);
}

/** Serves `peers/index.json`, which names the installed peers, and their bundles. */
export function servePeers(root: string): Plugin {
  let bundled: Promise<void> | undefined;
  return {
    name: "installed-peers",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const file = request.url?.match(/\/peers\/([\w.-]+)(?:\?|$)/)?.[1];
        if (!file) return next();
        const names = (Object.keys(PEERS) as PeerName[]).filter((n) =>
          PEERS[n].packages.every((spec) => isInstalled(root, spec)),
        );
        if (file === "index.json") {
          response.setHeader("Content-Type", "application/json");
          return response.end(JSON.stringify(Object.fromEntries(names.map((n) => [n, `../peers/${n}.mjs`]))));
        }
        try {
          bundled ??= bundle(root, names);
          await bundled;
        } catch (error) {
          return next(error);
        }
        const path = join(benchFolder(root), "peers", basename(file));
        if (!names.length || !existsSync(path)) {
          response.statusCode = 404;
          return response.end();
        }
        response.setHeader("Content-Type", "text/javascript");
        createReadStream(path).pipe(response);
      });
    },
  };
}
