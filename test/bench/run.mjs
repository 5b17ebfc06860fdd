// Starts main.ts: Vite gives it TypeScript and shaders, as it gives them to the engine.
import { createServer } from "vite";

const server = await createServer({
  mode: "test",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
const asked = process.argv.slice(2).join(" ");
try {
  // A browser has the peers from a server; Node has their bundles.
  if (/--on[ =]node/.test(asked) && /tfjs|jax/.test(asked))
    await (await server.ssrLoadModule("/test/bench/installedPeers.ts")).bundlePeers(process.cwd());
  await server.ssrLoadModule("/test/bench/main.ts");
} finally {
  await server.close();
}
process.exit();
