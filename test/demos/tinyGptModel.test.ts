import { expect, test } from "vitest";
import { Generation } from "../../demos/tiny-gpt/generation";
import { Inspection } from "../../demos/tiny-gpt/inspection";
import { TinyGpt } from "../../demos/tiny-gpt/model";
import { createKeyValueCache, init, manualSeed, softmax, tensor } from "../../src/index";
import { describeOnDawn } from "../device";

const silent = () => ({ onCompile() {} });
const sizes = { vocabulary: 23, length: 16, width: 24, layers: 2, heads: 3, tied: false };

await describeOnDawn("the tiny GPT", (engine) => {
  /** A network with something to say: the first weights of a new one are too small for that. */
  function network(over: Partial<typeof sizes> = {}): TinyGpt {
    manualSeed(5);
    const model = new TinyGpt({ ...sizes, ...over });
    for (const [i, p] of model.parameters().entries())
      if (p.shape.length > 1) engine.write(p, init.normal(0, 0.4)(p.shape, { fanIn: 1, fanOut: 1 }, 5, i));
    return model.eval();
  }

  const chosen = { temperature: 0, topK: 0, topP: 1, seed: 0 };
  const made = async (generation: Generation, prompt: number[], count: number) => {
    const tokens: number[] = [];
    await generation.generate(prompt, count, chosen, (more) => {
      tokens.push(...more);
      return true;
    });
    return tokens;
  };

  test.each([false, true])("a cache gives the same logits as the whole text, head tied: %s", async (tied) => {
    const model = network({ tied });
    const ids = Int32Array.from({ length: 12 }, (_, i) => (7 * i * i + 3) % 23);
    const whole = await engine.read(model.forward(tensor(ids, [1, 12])));
    const caches = [0, 1].map(() => createKeyValueCache(1, 16, 24));
    const parts: number[] = [];
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 12],
    ] as const) {
      const part = ids.slice(from, to);
      parts.push(...(await engine.read(model.forwardCached(tensor(part, [1, part.length]), caches))));
    }
    expect(parts.length).toBe(whole.length);
    parts.forEach((v, i) => {
      expect(Math.abs(v - whole[i]!)).toBeLessThan(1e-5);
    });
  });

  test("generation with the cache gives the tokens of generation without", async () => {
    const generation = await Generation.create(engine, network(), silent);
    for (const prompt of [[3], [1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4, 3, 2]]) {
      const count = 16 - prompt.length;
      const expected = await generation.generatePlain(prompt, count, chosen);
      expect(new Set(expected).size).toBeGreaterThan(1);
      expect(await made(generation, prompt, count)).toEqual(expected);
    }
  });

  test("a text longer than the model sees goes on from its nearest half, and stops when told to", async () => {
    const generation = await Generation.create(engine, network(), silent);
    const prompt = [4, 4, 1, 2, 7];
    const tokens = await made(generation, prompt, 50);
    expect(tokens).toHaveLength(50);
    // The cache is full after 16 tokens: prompt and 12 drawn ones, of which the last has not been read yet.
    const text = [...prompt, ...tokens];
    const nearest = text.slice(17 - 8, 17);
    expect(tokens.slice(12, 20)).toEqual(await generation.generatePlain(nearest, 8, chosen));
    const groups: number[] = [];
    await generation.generate(prompt, 50, chosen, (more) => {
      groups.push(more.length);
      return groups.length < 2;
    });
    expect(groups).toHaveLength(2);
  });

  test("a look inside gives weights that sum to one, and at the end what the model says", async () => {
    const model = network();
    const inspection = await Inspection.create(engine, model, silent);
    const ids = [3, 1, 4, 1, 5];
    const { attention, guesses, probabilities, tokens } = await inspection.look(ids);
    expect(tokens).toBe(5);
    expect(attention.length).toBe(2 * 3 * 25);
    for (let row = 0; row < attention.length / 5; row++) {
      const weights = attention.subarray(5 * row, 5 * row + 5);
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(weights.slice((row % 5) + 1).every((w) => w === 0)).toBe(true);
    }
    const said = await engine.read(softmax(model.forward(tensor(Int32Array.from(ids), [1, 5]))));
    for (let t = 0; t < 5; t++) {
      const row = [...said.subarray(23 * t, 23 * (t + 1))];
      expect(probabilities[2 * 5 + t]).toBeCloseTo(Math.max(...row), 5);
      expect(guesses[2 * 5 + t]).toBe(row.indexOf(Math.max(...row)));
    }
  });
});
