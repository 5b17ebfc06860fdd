// What the commands' own help says.
import { defineCommand, renderUsage } from "citty";
import { expect, test } from "vitest";
import { settingsFor as charRnn } from "../../demos/char-rnn/settings";
import { settingsFor as forecast, STEPS } from "../../demos/forecast/settings";
import { settingsFor as names, USUAL } from "../../demos/names/settings";
import { settingsFor as tagger } from "../../demos/tagger/settings";
import { DEFAULTS as TINY_GPT } from "../../demos/tiny-gpt/settings";
import { DEFAULTS as TRANSLATE } from "../../demos/translate/settings";
import { EXPERIMENTS, type Usual } from "../../src/cli/experiments";
import { TRAIN_FLAGS, TUNE_FLAGS } from "../../src/cli/flags";

test("help for train: choices and defaults of all flags", async () => {
  const help = await renderUsage(defineCommand({ meta: { name: "train" }, args: TRAIN_FLAGS }));
  const line = (flag: string) =>
    help
      .match(new RegExp(`^ *--${flag}=(.*)$`, "m"))?.[1]
      ?.replace(/ +/g, " ")
      .trim();
  expect(line("cell")).toBe("<lstm|gru|rnn> Kind of recurrent cell. Default: char-rnn lstm, forecast gru");
  expect(line("hidden")).toMatch(/^<integer> .*Default: char-rnn 512 \(CPU 256\), .*names 64, forecast 32$/);
  expect(line("recompute")).toMatch(/^<off\|on> .*Default: tiny-gpt off$/);
  expect(line("steps")).toMatch(/Default: mnist-cnn 5 epochs \(CPU 600\), char-rnn 1000 \(CPU 1200\)/);
  expect(line("lr")).toMatch(/^<number> .*tiny-gpt 0.004/);
  expect(line("seed")).toMatch(/Default: 0$/);
  expect(line("on")).toMatch(/^<chrome\|node> .*Default: chrome$/);
  expect(line("save-every")).toMatch(/^<number> .*Default: 60$/);
  expect(line("out")).toMatch(/Default: checkpoints\/<name>.safetensors$/);
});

test("help for tune: choices and defaults", async () => {
  const help = await renderUsage(defineCommand({ meta: { name: "tune" }, args: TUNE_FLAGS }));
  expect(help).toMatch(/--on=<chrome\|node> .*Default: chrome/);
});

type Defaults = Readonly<Record<string, unknown>>;
const { seed: _, ...gpt } = TINY_GPT;

test.each<[string, Defaults, Defaults]>([
  ["char-rnn", { ...charRnn({}, false) }, { ...charRnn({}, true) }],
  ["tagger", { ...tagger({}, false), steps: "4 epochs" }, { ...tagger({}, true), steps: "1 epoch" }],
  ["tiny-gpt", { ...gpt, recompute: "off" }, { ...gpt, recompute: "off" }],
  ["names", { ...names({}), steps: USUAL.steps }, { ...names({}), steps: USUAL.steps }],
  ["forecast", { ...forecast({}), steps: STEPS }, { ...forecast({}), steps: STEPS }],
  ["translate", { ...TRANSLATE }, { ...TRANSLATE }],
])("the defaults that help says are those of %s", (model, gpu, cpu) => {
  const { flags, usual } = EXPERIMENTS[model]!;
  const said: [string, Usual][] = [
    ...Object.entries(usual),
    ...Object.entries(flags).map(([name, f]): [string, Usual] => [name, f.usual]),
  ];
  for (const [name, value] of said) {
    if (name === "steps" && !("steps" in gpu)) continue;
    const both = typeof value === "object" ? value : [value, value];
    expect(both, name).toEqual([gpu[name], cpu[name]]);
  }
});
