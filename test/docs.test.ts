// The public API explains itself: what `src/index.ts` exports has docstrings, in the source and so in the package's types.
import { expect, test } from "vitest";
import index from "../src/index.ts?raw";

const sources = import.meta.glob<string>("../src/*/*.ts", { eager: true, query: "?raw", import: "default" });

/** The exports, each with the text of its file. */
const exported = [...index.matchAll(/export (type )?\{([^}]*)\} from "\.\/([^"]+)"/g)].flatMap(
  ([, type, names, path]) =>
    names!
      .split(",")
      .map((n) => n.trim())
      .filter(Boolean)
      .map((n) => ({
        name: n.replace("type ", ""),
        isType: Boolean(type) || n.startsWith("type "),
        source: sources[`../src/${path}.ts`]!,
      })),
);

/** A declaration, with the line before it. */
const declared = ({ name, source }: { name: string; source: string }, kind: string) =>
  source.match(
    new RegExp(`([^\\n]*)\\n(?:// biome-ignore[^\\n]*\\n)?export (?:abstract |async )*(?:${kind}) ${name}\\b`),
  );

/** The body of an interface or class: lines between braces. */
const bodyOf = ({ name, source }: { name: string; source: string }, kind: string) =>
  source
    .match(new RegExp(`export (?:abstract )?${kind} ${name}\\b[^\\n]*?\\{\\n([\\s\\S]*?)\\n\\}`))?.[1]
    ?.split("\n") ?? [];

const values = exported.filter((e) => !e.isType);

test("every function, class and constant has a docstring", () => {
  expect(values.length).toBeGreaterThan(250);
  const bare = values.filter((e) => !declared(e, "const|function|class")?.[1]?.endsWith("*/"));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

/** Members of a body that have no docstring. */
const bareIn = (lines: readonly string[], member: RegExp) =>
  lines.filter((line, i) => member.test(line) && !lines[i - 1]?.endsWith("*/"));

test("every option says what it is and what is taken without it", () => {
  const bare = exported.flatMap((e) =>
    bareIn(
      bodyOf(e, "interface"),
      e.name.endsWith("Options") ? /^ {2}(readonly )?\w+\??:/ : /^ {2}(readonly )?\w+\?:/,
    ).map((line) => `${e.name}: ${line.trim()}`),
  );
  expect(bare).toEqual([]);
});

test("every method of a class has a docstring", () => {
  const method =
    /^ {2}(?!override|private|protected|constructor|return|if|for|toString)(static |async |abstract |get )*\w+(<.*>)?\(/;
  const bare = values.flatMap((e) => {
    const lines = bodyOf(e, "class");
    const overloaded = (line: string) => lines.some((l, i) => l === line && lines[i - 1]?.endsWith(";"));
    return bareIn(lines, method).flatMap((line) => (overloaded(line) ? [] : [`${e.name}: ${line.trim()}`]));
  });
  expect(bare).toEqual([]);
});

/** A text from `start` on, up to the bracket that closes the first one in it. */
const bracketed = (source: string, start: number): string => {
  let depth = 0;
  for (let i = source.indexOf("(", start); i < source.length; i++) {
    if ("([{".includes(source[i]!)) depth++;
    if (")]}".includes(source[i]!) && --depth === 0) return source.slice(start, i);
  }
  return "";
};

/** The parameters of an exported function, or of the methods of an exported class. */
const parametersOf = ({ name, source }: { name: string; source: string }): string[] => {
  const at = source.search(new RegExp(`export (async )?(function ${name}|const ${name} =)`));
  if (at >= 0) return [bracketed(source, at)];
  const body = bodyOf({ name, source }, "class").join("\n");
  const methods = [...body.matchAll(/^ {2}(?!private)(static |async |override )*\w+(<.*>)?\(/gm)];
  return methods.map((m) => bracketed(body, m.index));
};

test("options have exported types, which name them", () => {
  const types = new Set(exported.map(({ name }) => name));
  const options = values.flatMap((e) =>
    parametersOf(e).flatMap((text) =>
      [...text.matchAll(/\b(options|attrs|given)\??: (.*?)(?= = |,\n|, \w+\??:|$)/gs)].map(([, parameter, type]) => ({
        where: `${e.name}: ${parameter}: ${type!.trim()}`,
        isExported: type!
          .trim()
          .split(/ [&|] /)
          .every((part) => types.has(part) || part === "string"),
      })),
    ),
  );
  expect(options.length).toBeGreaterThan(150);
  expect(options.filter(({ isExported }) => !isExported).map(({ where }) => where)).toEqual([]);
});
