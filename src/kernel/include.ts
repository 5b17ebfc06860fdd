/** A line that includes a file of shaders/include. */
const INCLUDE = /^\/\/ @include ([\w.]+)[ \t]*$/gm;

/**
 * The files that a kernel includes, directly or through others, each once, with their texts.
 * @param name file name of the kernel, for errors
 * @param read gives the text of a file of shaders/include; undefined where there is none
 * @throws Error where an included file does not exist
 */
export function includesOf(
  name: string,
  code: string,
  read: (file: string) => string | undefined,
): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  const visit = (from: string, text: string) => {
    for (const [, file] of text.matchAll(INCLUDE)) {
      if (parts.has(file!)) continue;
      const included = read(file!);
      if (included === undefined) throw new Error(`${from}: includes ${file}, which is not in shaders/include`);
      parts.set(file!, included);
      visit(`include/${file}`, included);
    }
  };
  visit(name, code);
  return parts;
}

/** An included file as it is in a kernel's text: after a line that names it. */
export const includedText = (file: string, text: string): string => `\n// include/${file}\n${text}`;

/**
 * A kernel's text, followed by the files that it includes: so its own lines keep their numbers in a driver's messages. WGSL's
 * declarations may be in any order.
 */
export const withIncludes: (...of: Parameters<typeof includesOf>) => string = (name, code, read) =>
  code + [...includesOf(name, code, read)].map(([file, text]) => includedText(file, text)).join("");

/** A text without what it includes, followed by the included files, each as {@link includedText} writes it but for the first line. */
export const partsOf = (code: string): string[] => code.split(/\n(?=\/\/ include\/)/);

/** Where a line of a text with includes comes from: its number there, after the name of the file where that is an included one. */
export function sourceLine(code: string, line: number): string {
  const lines = code.split("\n").slice(0, line);
  const mark = lines.findLastIndex((l) => /^\/\/ include\/[\w.]+$/.test(l));
  return mark < 0 ? String(line) : `${lines[mark]!.slice("// ".length)}:${line - mark - 1}`;
}

/** Comments with a meaning: directives, and the lines that name an included file. */
const MEANT = /^\/\/ (@|include\/)/;

/** A text without comments and indentation, for a smaller download. Lines keep their numbers. */
export const withoutComments = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trim())
    .map((line) => (MEANT.test(line) ? line : line.replace(/\s*\/\/.*$/, "")))
    .join("\n");
