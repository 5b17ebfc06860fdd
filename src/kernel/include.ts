/** A line of a kernel that asks for a file of shaders/include. */
const INCLUDE = /^\/\/ @include ([\w.]+)[ \t]*$/gm;

/**
 * A kernel's text with the files that it includes put behind it, each once. They follow the kernel's own lines, which so
 * keep their numbers in a driver's messages; WGSL does not mind, as its declarations may stand in any order.
 * @param name file name of the kernel, for errors
 * @param read the text of a file of shaders/include, or undefined where there is none
 * @throws Error where an included file does not exist
 */
export function withIncludes(name: string, code: string, read: (file: string) => string | undefined): string {
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
  return [code, ...[...parts].map(([file, text]) => `// include/${file}\n${text}`)].join("\n");
}

/** Where a line of a text with includes comes from: its number, with the included file's name where it is of one. */
export function sourceLine(code: string, line: number): string {
  const lines = code.split("\n").slice(0, line);
  const mark = lines.findLastIndex((l) => /^\/\/ include\/[\w.]+$/.test(l));
  return mark < 0 ? String(line) : `${lines[mark]!.slice("// ".length)}:${line - mark - 1}`;
}
