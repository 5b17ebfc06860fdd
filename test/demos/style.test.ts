// What holds of all style sheets of the pages.
import { expect, test } from "vitest";

const sheets = import.meta.glob<string>("../../demos/**/*.css", { eager: true, query: "?raw", import: "default" });

test.each(Object.entries(sheets))("%s: text grows with the size that a visitor has set", (_, css) => {
  expect(css.match(/font-size: [\d.]+px|font:\s+[\d.]+px/g) ?? []).toEqual([]);
});
