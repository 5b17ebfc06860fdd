/** A line of a kernel that asks for a file of shaders/include. */
const INCLUDE = /^\/\/ @include ([\w.]+)[ \t]*$/gm;

/**
 * What a kernel includes, and what that includes, each once: file and text.
 * @param name file name of the kernel, for errors
 * @param read the text of a file of shaders/include, or undefined where there is none
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

/** An included file as it stands in a kernel's text: behind a mark of where it begins. */
export const includedText = (file: string, text: string): string => `\n// include/${file}\n${text}`;

/**
 * A kernel's text with what it includes behind it. Included files follow the kernel's own lines, which so keep their numbers in
 * a driver's messages; WGSL does not mind, as its declarations may stand in any order.
 */
export const withIncludes: (...of: Parameters<typeof includesOf>) => string = (name, code, read) =>
  code + [...includesOf(name, code, read)].map(([file, text]) => includedText(file, text)).join("");

/** Where a line of a text with includes comes from: its number, with the included file's name where it is of one. */
export function sourceLine(code: string, line: number): string {
  const lines = code.split("\n").slice(0, line);
  const mark = lines.findLastIndex((l) => /^\/\/ include\/[\w.]+$/.test(l));
  return mark < 0 ? String(line) : `${lines[mark]!.slice("// ".length)}:${line - mark - 1}`;
}

/** Comments that mean something: directives, and marks of where an included file begins. */
const MEANT = /^\/\/ (@|include\/)/;

/** A text without its comments and indentation, for those who are sent it; each line stays where it is, so that numbers of lines hold. */
export const withoutComments = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trim())
    .map((line) => (MEANT.test(line) ? line : line.replace(/\s*\/\/.*$/, "")))
    .join("\n");
