// What holds of all style sheets of the pages.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const demos = join(import.meta.dirname, "../../demos");
const sheets = readdirSync(demos, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".css"));

test.each(sheets)("%s: text grows with the size that a visitor has set", (sheet) => {
  const css = readFileSync(join(demos, sheet), "utf8");
  expect(css.match(/(?:font-size:|font:)\s+[\d.]+px/g) ?? []).toEqual([]);
});
