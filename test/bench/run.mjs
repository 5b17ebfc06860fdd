// Starts main.ts: Vite gives it TypeScript and shaders, as it gives them to the engine.
import { createServer } from "vite";

const server = await createServer({
  mode: "test",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  await server.ssrLoadModule("/test/bench/main.ts");
} finally {
  await server.close();
}
process.exit();
