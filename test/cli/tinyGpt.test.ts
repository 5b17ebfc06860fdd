// `wgrad train tiny-gpt`, built, as a user runs it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../device";
import { checkpointAt, lossesOf, wgrad } from "./command";

const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-"));
const TINY = ["--width", "16", "--layers", "1", "--length", "16", "--batch", "4"];
const tinyGpt = (args: string[], onLine?: Parameters<typeof wgrad>[2]) =>
  wgrad(["train", "tiny-gpt", ...TINY, "--json", ...args], folder, onLine);

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();
const skip = runtime ? undefined : reason;

describe.each([
  { on: "chrome", text: "moby-dick", tokens: "characters" },
  { on: "node", text: "sotu", tokens: "bpe" },
])("on $on", ({ on, text, tokens }) => {
  test.skipIf(on === "node" && skip)(`trains, evaluates and writes on ${text} in ${tokens}`, async () => {
    const out = join(folder, `${on}.safetensors`);
    const { code, lines, err } = await tinyGpt([
      "--steps",
      "10",
      "--on",
      on,
      "--text",
      text,
      "--tokens",
      tokens,
      "--vocabulary",
      "300",
      "--out",
      out,
    ]);
    expect(err.split("\n").filter((l) => l.startsWith("wgrad:"))).toEqual([]);
    expect(code).toBe(0);
    expect([...new Set(lines.map((l) => l.event))]).toEqual(["adapter", "compile", "estimate", "step", "eval", "done"]);
    const done = lines.at(-1)!;
    expect(done).toMatchObject({ event: "done", model: "tiny-gpt", steps: 10, checkpoint: out });
    expect(done.bitsPerCharacter).toBeGreaterThan(2);
    expect(done.bitsPerCharacter).toBeLessThan(7);
    expect(done.sample).toMatch(/^The whale./s);
    const { metadata, tensors } = checkpointAt(out);
    expect(metadata).toMatchObject({ model: "tiny-gpt", step: "10" });
    expect(JSON.parse(metadata.settings!)).toMatchObject({ text, tokens, layers: 1, width: 16, heads: 4, length: 16 });
    if (tokens === "bpe") expect(tensors.get("tokens.weight")!.shape).toEqual([300, 16]);
  });
});

test.skipIf(skip)("an interrupted run goes on as if it had never stopped; another model is refused", async () => {
  const out = join(folder, "interrupted.safetensors");
  const options = ["--on", "node", "--out", out];
  const chosen = [...options, "--steps", "400", "--lr", "0.01", "--seed", "3"];
  const whole = lossesOf(await tinyGpt([...chosen, "--out", join(folder, "whole.safetensors")]));
  const first = await tinyGpt(chosen, (line, command) => {
    if (line.event === "step" && line.step === 20) command.kill("SIGINT");
  });
  expect(first.code).toBe(130);
  const reached = first.lines.at(-1)!.steps as number;
  expect(reached).toBeLessThan(400);
  // What is not said is taken from the checkpoint.
  const second = await wgrad(["train", "tiny-gpt", "--json", ...options, "--resume", out], folder);
  expect(second.code).toBe(0);
  const losses = lossesOf(second);
  expect(losses.size).toBe(400 - reached);
  for (const [step, loss] of losses) expect(loss, `step ${step}`).toBe(whole.get(step));

  const other = await tinyGpt([...options, "--width", "32", "--resume", out]);
  expect(other.code).toBe(1);
  expect(other.err).toContain("made with width 16, not 32");
});
