import { ShapeError } from "../core/errors";
import { checkTensors } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { Module } from "./module";

/** Layers one after the other; a plain function counts as a layer without parameters. Names are 0, 1, 2, … as in PyTorch. */
export class Sequential extends Module {
  readonly layers: readonly (Module | ((x: Tensor) => Tensor))[];

  constructor(...layers: (Module | ((x: Tensor) => Tensor))[]) {
    super();
    const wrong = layers.findIndex((l) => !(l instanceof Module) && typeof l !== "function");
    if (wrong >= 0)
      throw new ShapeError(
        "Sequential",
        `argument ${wrong} is neither a module nor a function`,
        {},
        "pass layers, not a list of them",
      );
    this.layers = layers;
  }

  override children(): [string, Module][] {
    return this.layers.flatMap((l, i): [string, Module][] => (l instanceof Module ? [[String(i), l]] : []));
  }

  override forward(x: Tensor): Tensor {
    checkTensors("Sequential", [x]);
    return this.layers.reduce((h, layer) => (layer instanceof Module ? layer.forward(h) : layer(h)), x);
  }
}
