import { expect, test } from "vitest";
import { loadGpt2 } from "../../demos/tiny-gpt/gpt2";
import { encodeSafetensors, type StoredTensor, tensor } from "../../src/index";
import { describeOnDawn } from "../device";

const [V, T, C, H, L] = [11, 6, 12, 3, 2];
type Table = { shape: number[]; values: Float32Array<ArrayBuffer> };

/** Small numbers that follow from a name. */
function table(name: string, shape: number[]): Table {
  let state = [...name].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7);
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return { shape, values };
}

/** The tensors of a GPT-2, as its file has them. */
function gpt2(): Map<string, Table> {
  const shapes: Record<string, number[]> = {
    "wte.weight": [V, C],
    "wpe.weight": [T, C],
    "ln_f.weight": [C],
    "ln_f.bias": [C],
  };
  for (let n = 0; n < L; n++)
    Object.assign(shapes, {
      [`h.${n}.ln_1.weight`]: [C],
      [`h.${n}.ln_1.bias`]: [C],
      [`h.${n}.attn.bias`]: [1, 1, T, T], // the causal mask, which files carry along
      [`h.${n}.attn.c_attn.weight`]: [C, 3 * C],
      [`h.${n}.attn.c_attn.bias`]: [3 * C],
      [`h.${n}.attn.c_proj.weight`]: [C, C],
      [`h.${n}.attn.c_proj.bias`]: [C],
      [`h.${n}.ln_2.weight`]: [C],
      [`h.${n}.ln_2.bias`]: [C],
      [`h.${n}.mlp.c_fc.weight`]: [C, 4 * C],
      [`h.${n}.mlp.c_fc.bias`]: [4 * C],
      [`h.${n}.mlp.c_proj.weight`]: [4 * C, C],
      [`h.${n}.mlp.c_proj.bias`]: [C],
    });
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, table(name, shape)]));
}

const file = (tables: ReadonlyMap<string, Table>, prefix = "") => {
  const tensors = [...tables].map(([name, t]): [string, StoredTensor] => [prefix + name, { dtype: "f32", ...t }]);
  return encodeSafetensors({ tensors: new Map(tensors), metadata: { format: "pt" } });
};

/** Logits [T', V] in f64, written from the paper and from the layout of the file. */
function reference(tables: ReadonlyMap<string, Table>, ids: number[]): number[][] {
  const of = (name: string) => tables.get(name)!.values;
  const norm = (x: number[], name: string) => {
    const mean = x.reduce((a, b) => a + b) / C;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / C;
    return x.map(
      (v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * of(`${name}.weight`)[i]! + of(`${name}.bias`)[i]!,
    );
  };
  const linear = (x: number[], name: string) => {
    const bias = of(`${name}.bias`);
    return Array.from(bias, (b, o) => x.reduce((sum, v, i) => sum + v * of(`${name}.weight`)[i * bias.length + o]!, b));
  };
  const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const plus = (a: number[], b: number[]) => a.map((v, i) => v + b[i]!);
  let x = ids.map((id, t) =>
    Array.from({ length: C }, (_, c) => of("wte.weight")[id * C + c]! + of("wpe.weight")[t * C + c]!),
  );
  for (let n = 0; n < L; n++) {
    const qkv = x.map((row) => linear(norm(row, `h.${n}.ln_1`), `h.${n}.attn.c_attn`));
    const size = C / H;
    x = x.map((row, t) => {
      const mixed = new Array<number>(C).fill(0);
      for (let h = 0; h < H; h++) {
        const dot = (s: number) => {
          let sum = 0;
          for (let e = 0; e < size; e++) sum += qkv[t]![h * size + e]! * qkv[s]![C + h * size + e]!;
          return Math.exp(sum / Math.sqrt(size));
        };
        const weights = Array.from({ length: t + 1 }, (_, s) => dot(s));
        const total = weights.reduce((a, b) => a + b);
        for (let s = 0; s <= t; s++)
          for (let e = 0; e < size; e++)
            mixed[h * size + e] = mixed[h * size + e]! + (weights[s]! / total) * qkv[s]![2 * C + h * size + e]!;
      }
      return plus(row, linear(mixed, `h.${n}.attn.c_proj`));
    });
    x = x.map((row) =>
      plus(row, linear(linear(norm(row, `h.${n}.ln_2`), `h.${n}.mlp.c_fc`).map(gelu), `h.${n}.mlp.c_proj`)),
    );
  }
  return x.map((row) => {
    const last = norm(row, "ln_f");
    return Array.from({ length: V }, (_, v) => last.reduce((sum, e, c) => sum + e * of("wte.weight")[v * C + c]!, 0));
  });
}

await describeOnDawn("a GPT-2 from its file", (engine) => {
  test.each(["", "transformer."])("gives the logits of the same numbers in f64, names after “%s”", async (prefix) => {
    const tables = gpt2();
    const model = loadGpt2(engine, file(tables, prefix), { heads: H });
    expect(model.sizes).toMatchObject({ vocabulary: V, length: T, width: C, layers: L, heads: H });
    const ids = [3, 10, 0, 3, 7];
    const logits = await engine.read(model.forward(tensor(Int32Array.from(ids), [1, 5])));
    reference(tables, ids)
      .flat()
      .forEach((v, i) => {
        expect(Math.abs(logits[i]! - v)).toBeLessThan(1e-4);
      });
  });

  test("a file that is another's, or lacks something, is refused", () => {
    const tables = gpt2();
    tables.delete("h.1.mlp.c_fc.bias");
    expect(() => loadGpt2(engine, file(tables), { heads: H })).toThrow(/h\.1\.mlp\.c_fc\.bias/);
    tables.delete("wte.weight");
    expect(() => loadGpt2(engine, file(tables), { heads: H })).toThrow(/not a file of GPT-2/);
    const wide = gpt2().set("h.0.mlp.c_fc.weight", table("x", [C, 3 * C]));
    expect(() => loadGpt2(engine, file(wide), { heads: H })).toThrow(/does not fit/);
  });
});
