// What is translated: references, splits, and what is refused.
import { expect, test } from "vitest";
import { mixed, partOf } from "../../demos/translate/chance";
import { Language, TASKS } from "../../demos/translate/data";
import { FORMS, iso, written } from "../../demos/translate/dates";

const PARTS = ["train", "dev", "test"] as const;
const [dates, numbers] = [new Language(TASKS.dates), new Language(TASKS.numbers)];

test.each([dates, numbers])("$task.name: the same seed gives the same pairs, another one others", (language) => {
  for (const part of PARTS) {
    const pairs = language.pairs(3, part, 50);
    expect(language.pairs(3, part, 50)).toEqual(pairs);
    expect(language.pairs(4, part, 50)).not.toEqual(pairs);
    expect(new Set(pairs.map((p) => p.source)).size).toBeGreaterThan(part === "train" ? 45 : 35);
  }
});

test.each([dates, numbers])("$task.name: nothing held out is learnt from", (language) => {
  const subjects = PARTS.map((part) => {
    const pairs = language.pairs(0, part, 3000);
    return new Set(pairs.map((p) => (language === dates ? p.target : p.source.split(" ")[1]!)));
  });
  const [train, dev, held] = subjects as [Set<string>, Set<string>, Set<string>];
  for (const subject of [...dev, ...held]) expect(train.has(subject), subject).toBe(false);
  for (const subject of held) expect(dev.has(subject), subject).toBe(false);
});

test("a twentieth each is held out, another one for another seed", () => {
  const days = Array.from({ length: 20_000 }, (_, day) => partOf(7, day));
  for (const part of ["dev", "test"]) {
    const share = days.filter((p) => p === part).length / days.length;
    expect(share).toBeGreaterThan(0.045);
    expect(share).toBeLessThan(0.055);
  }
  expect(Array.from({ length: 100 }, (_, day) => partOf(8, day))).not.toEqual(days.slice(0, 100));
  // These numbers decide what is held out: a checkpoint from elsewhere must mean the same.
  expect([mixed(0), mixed(1, 2, 3), mixed(2 ** 32 - 1, 5)]).toMatchInlineSnapshot(`
    [
      493009611,
      2901138804,
      3813939402,
    ]
  `);
});

test("dates are written as their languages write them, and all characters are known", () => {
  const day = Math.round((Date.UTC(2026, 10, 25) - Date.UTC(1950, 0, 1)) / 86_400_000);
  expect(iso(day)).toBe("2026-11-25");
  const as = (locale: string, style: string) =>
    written(
      FORMS.findIndex((f) => f.locale === locale && f.style === style),
      day,
    );
  expect(as("en-US", "long")).toBe("November 25, 2026");
  expect(as("de", "full")).toBe("Mittwoch, 25. November 2026");
  expect(as("cs", "long")).toBe("25. listopadu 2026");
  expect(as("sv", "short")).toBe("2026-11-25");
  expect(FORMS.some((f) => f.locale === "en-US" && f.style === "short")).toBe(false);
  for (const part of PARTS)
    for (const { source, target } of dates.pairs(1, part, 5000)) {
      expect([...source].filter((c) => !TASKS.dates.sourceCharacters.includes(c))).toEqual([]);
      expect([...source].length).toBeLessThanOrEqual(TASKS.dates.sourceLength);
      expect(target).toMatch(/^(19[5-9]|20[0-4])\d-\d\d-\d\d$/);
      const digits = source.match(/\d+/g)!.map(Number);
      const [year, month, of] = target.split("-").map(Number) as [number, number, number];
      expect(digits).toContain(of);
      expect(digits.includes(year) || digits.includes(year % 100)).toBe(true);
      // Where digits are all there is, they come in an order that the marks between them tell.
      if (/^[\d/]+$/.test(source)) expect(digits.slice(0, 2)).toEqual([of, month]);
    }
});

test("numbers are put into the words of their language", () => {
  const reference = (source: string) => TASKS.numbers.reference?.(source);
  expect(reference("en 1234")).toBe("one thousand two hundred thirty-four");
  expect(reference("de 1234")).toBe("eintausendzweihundertvierunddreißig");
  expect(reference("de 0")).toBe("null");
  const { sourceLength, targetLength } = TASKS.numbers;
  for (const { source, target } of numbers.pairs(1, "train", 5000)) {
    expect(reference(source)).toBe(target);
    expect(source.length).toBeLessThanOrEqual(sourceLength);
    expect(target.length).toBeLessThanOrEqual(targetLength);
    expect(numbers.textOf([...numbers.target.encode(target), numbers.end, 5])).toBe(target);
  }
  for (const n of [373_373, 727_727, 999_999])
    for (const l of ["en", "de"]) expect(reference(`${l} ${n}`)!.length).toBeLessThanOrEqual(targetLength);
});

test("a visitor's text is cleaned, or refused in a sentence", () => {
  expect(dates.read("  3.\u00a0za\u0301ří   2026 ")).toBe("3. září 2026");
  expect(() => dates.read(" \n")).toThrow("There is nothing to translate: write something first.");
  expect(() => dates.read("1".repeat(45))).toThrow("That has 45 characters, and the network reads 44 at most.");
  expect(() => dates.read("2026年11月25日")).toThrow(/does not know “年”, “月”, “日”: no dates were written with it/);
  for (const wrong of ["4321", "en", "fr 5", "en 1000000", "en 007", "nn d"])
    expect(() => numbers.read(wrong)).toThrow();
  expect(() => numbers.read("4321")).toThrow(/^source: Write a language, en or de/);
  expect(numbers.read("de 4321")).toBe("de 4321");
});
