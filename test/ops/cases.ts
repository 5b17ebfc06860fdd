import type { OpCase } from "./opCase";

const modules = import.meta.glob<OpCase>(["./*.ts", "!./{opCase,runCase,reference,random,cases}.ts"], {
  eager: true,
  import: "default",
});

/** The op that a path is named after. */
export const stem = (path: string): string => path.split("/").at(-1)!.replace(".ts", "");

/** Every op's case, by the op's name: all other files of this folder. */
export const cases: readonly (readonly [string, OpCase])[] = Object.entries(modules).map(([path, c]) => [
  stem(path),
  c,
]);
