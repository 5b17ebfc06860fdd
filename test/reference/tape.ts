/**
 * Reverse-mode differentiation of scalars in f64: slow, small and written from the chain rule alone, to hold the engine's
 * training trajectories against.
 */
export class Tape {
  readonly values: number[] = [];
  readonly #parents: number[][] = [];
  readonly #partials: number[][] = [];

  leaf(value: number): number {
    return this.#push(value, [], []);
  }

  /** Σ wᵢ·xᵢ + bias */
  dot(w: readonly number[], x: readonly number[], bias?: number): number {
    let total = bias === undefined ? 0 : this.values[bias]!;
    w.forEach((a, i) => {
      total += this.values[a]! * this.values[x[i]!]!;
    });
    const partials = [...x.map((v) => this.values[v]!), ...w.map((v) => this.values[v]!)];
    return this.#push(total, [...w, ...x, ...(bias === undefined ? [] : [bias])], [...partials, 1]);
  }

  relu(x: number): number {
    const v = this.values[x]!;
    return this.#push(Math.max(v, 0), [x], [v > 0 ? 1 : 0]);
  }

  tanh(x: number): number {
    const t = Math.tanh(this.values[x]!);
    return this.#push(t, [x], [1 - t * t]);
  }

  sigmoid(x: number): number {
    const s = 1 / (1 + Math.exp(-this.values[x]!));
    return this.#push(s, [x], [s * (1 - s)]);
  }

  exp(x: number): number {
    const e = Math.exp(this.values[x]!);
    return this.#push(e, [x], [e]);
  }

  /** xⁿ for x above 0. */
  power(x: number, n: number): number {
    const v = this.values[x]!;
    return this.#push(v ** n, [x], [n * v ** (n - 1)]);
  }

  /** The first largest. */
  max(xs: readonly number[]): number {
    const best = xs.reduce((a, b) => (this.values[b]! > this.values[a]! ? b : a));
    return this.#push(this.values[best]!, [best], [1]);
  }

  /** Mean over rows of log Σ e^logits − logits[label]. */
  crossEntropy(rows: readonly (readonly number[])[], labels: readonly number[]): number {
    let loss = 0;
    const partials: number[] = [];
    rows.forEach((row, r) => {
      const z = row.map((i) => this.values[i]!);
      const largest = Math.max(...z);
      const total = z.reduce((n, v) => n + Math.exp(v - largest), 0);
      loss += (Math.log(total) + largest - z[labels[r]!]!) / rows.length;
      for (const [c, v] of z.entries())
        partials.push((Math.exp(v - largest) / total - (c === labels[r] ? 1 : 0)) / rows.length);
    });
    return this.#push(loss, rows.flat(), partials);
  }

  /** d(node)/d(leaf) for every node made so far. */
  gradients(of: number): Float64Array {
    const grads = new Float64Array(this.values.length);
    grads[of] = 1;
    for (let node = of; node >= 0; node--)
      this.#parents[node]!.forEach((parent, i) => {
        grads[parent]! += grads[node]! * this.#partials[node]![i]!;
      });
    return grads;
  }

  #push(value: number, parents: number[], partials: number[]): number {
    this.#parents.push(parents);
    this.#partials.push(partials);
    return this.values.push(value) - 1;
  }
}
