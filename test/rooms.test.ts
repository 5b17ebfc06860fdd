// The map of the house: which room may import which, and which globals it may name.
import { expect, test } from "vitest";

interface Room {
  /** Rooms whose files it may import. */
  readonly imports: readonly string[];
  /** Globals that only some rooms may name. */
  readonly globals?: RegExp;
}

const GPU = /\bGPU[A-Z]\w*|\bnavigator\b/g;
const TIMERS = /\b(?:setTimeout|setInterval|setImmediate|performance)\b(?=[.(])/g;
const ENGINE = [
  "core",
  "kernel",
  "graph",
  "families",
  "ops",
  "schedule",
  "gpu",
  "nn",
  "optim",
  "data",
  "text",
  "metrics",
  "io",
  "train",
];

const ROOMS: Record<string, Room> = {
  core: { imports: [] },
  kernel: { imports: ["core"], globals: /node:/ },
  graph: { imports: ["core", "kernel", "shaders"] },
  families: { imports: ["core", "kernel", "graph", "shaders"] },
  ops: { imports: ["core", "kernel", "graph", "families", "shaders"] },
  schedule: { imports: ["core", "kernel", "graph"] },
  gpu: { imports: ["core", "kernel", "graph", "schedule"], globals: /GPU|navigator|setImmediate|performance/ },
  nn: { imports: ["core", "graph", "ops"] },
  optim: { imports: ["core", "kernel", "graph", "ops", "shaders"] },
  data: { imports: ["core", "graph", "ops"] },
  text: { imports: ["core", "kernel", "graph", "families", "ops", "shaders"] },
  metrics: { imports: ["core", "kernel", "graph", "ops", "shaders"] },
  io: { imports: ["core", "graph", "ops"] },
  train: { imports: ENGINE.slice(0, -1), globals: /setTimeout|performance|GPU|"node:/ },
  cli: { imports: ["index"], globals: /node:|performance|GPU|navigator/ },
};

const files = import.meta.glob<string>("../src/*/*.ts", { eager: true, query: "?raw", import: "default" });
const demos = import.meta.glob<string>("../demos/**/*.ts", { eager: true, query: "?raw", import: "default" });
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
const importsOf = (text: string) =>
  [...text.replace(/`[^`]*`/g, "").matchAll(/^(?:import|export|\}).*from "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    (m) => (m[1] ?? m[2])!,
  );

const roomReached = (path: string): string | undefined => {
  if (path.startsWith("../../shaders/")) return "shaders";
  if (!path.startsWith("../")) return undefined;
  return path.split("/")[1];
};

const engineFiles = Object.entries(files).filter(([path]) => !path.endsWith(".d.ts"));

test("every room is in the table", () => {
  const rooms = new Set(engineFiles.map(([path]) => path.split("/")[2]!));
  expect([...rooms].filter((r) => !ROOMS[r])).toEqual([]);
});

test.each(engineFiles)("%s stays in its room", (path, source) => {
  const room = path.split("/")[2]!;
  const { imports, globals } = ROOMS[room]!;
  const text = withoutComments(source);
  const demosFromCli = (p: string) => room === "cli" && /^\.\.\/\.\.\/demos\/[\w-]+\/experiment$/.test(p);
  const versionFromCli = (p: string) => room === "cli" && p === "../../package.json";
  const reached = importsOf(text)
    .filter((p) => !demosFromCli(p) && !versionFromCli(p))
    .map(roomReached);
  const wrong = reached.filter((r) => r !== undefined && r !== room && !imports.includes(r));
  expect(wrong, `${room}/ may import only ${imports.join(", ") || "nothing"}`).toEqual([]);

  const guarded = [...(text.match(GPU) ?? []), ...(text.match(TIMERS) ?? []), ...(text.match(/"node:/g) ?? [])];
  expect(
    guarded.filter((g) => !globals?.test(g)),
    `${room}/ names globals that are not its own`,
  ).toEqual([]);
});

test.each(engineFiles)("%s names no clock and no unseeded random number", (_, source) => {
  expect(withoutComments(source).match(/\bMath\.random\b|\bDate\.now\b/g) ?? []).toEqual([]);
});

test.each(Object.entries(demos))("%s uses the engine as a user would", (path, source) => {
  const inside = importsOf(withoutComments(source)).filter((p) => p.includes("/src/"));
  const allowed = path.includes("/headless/") ? /src\/(index|cli\/(experiments|saving))$/ : /src\/index$/;
  expect(inside.filter((p) => !allowed.test(p))).toEqual([]);
});

test.each(engineFiles)("%s is short enough to read", (_, source) => {
  expect(source.split("\n").length).toBeLessThanOrEqual(300);
});
