import { element, styleValue } from "../shared/dom";
import type { Points } from "./data";
import { GRID, REACH, UNIT_GRID } from "./parts";

/** Pixels along the side of the drawn plane, and of the picture that is enlarged to it. */
const SIDE = 480;
const FINE = 160;

type Colour = readonly [number, number, number];

const colourOf = (name: string): Colour => {
  // Style sheets write colours in many ways (#fff, too); a canvas gives them all back as #rrggbb.
  const context = document.createElement("canvas").getContext("2d")!;
  context.fillStyle = styleValue(name);
  const hex = String(context.fillStyle).slice(1);
  return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Colour;
};

const blend = (from: Colour, to: Colour, share: number, c: 0 | 1 | 2): number => from[c] + share * (to[c] - from[c]);

/** How far the colours go: points must stand out from the plane. */
const PLANE_SHADE = 0.5;
const UNIT_SHADE = 0.8;

/** −1 is the colour of the first class, 1 that of the second, 0 the panel's. */
function paint(image: ImageData, shade: number, valueAt: (pixel: number) => number): void {
  const [blue, orange, middle] = [colourOf("--series-1"), colourOf("--series-2"), colourOf("--panel")];
  for (let i = 0; i < image.width * image.height; i++) {
    const v = valueAt(i);
    const [to, share] = [v < 0 ? blue : orange, shade * Math.abs(v)];
    image.data.set([blend(middle, to, share, 0), blend(middle, to, share, 1), blend(middle, to, share, 2), 255], 4 * i);
  }
}

/** The plane: what the network says everywhere, the line where it cannot decide, the points, and a cursor that reads it. */
export class SurfaceView {
  readonly #context: CanvasRenderingContext2D;
  readonly #fine = element("canvas", { width: FINE, height: FINE });
  #surface: Float32Array | undefined;
  #points: { train: Points; test: Points } | undefined;
  #cursor: [number, number] | undefined;
  #drawing = false;

  /** @param onRead is told what the cursor reads: place and probability of orange, or nothing */
  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly onRead: (at: { x: number; y: number; p: number } | undefined) => void,
  ) {
    [canvas.width, canvas.height] = [SIDE, SIDE];
    this.#context = canvas.getContext("2d")!;
    // A finger that taps does not move first.
    for (const event of ["pointermove", "pointerdown"] as const)
      canvas.addEventListener(event, (e) => {
        const box = canvas.getBoundingClientRect();
        this.#moveTo((2 * (e.clientX - box.x)) / box.width - 1, 1 - (2 * (e.clientY - box.y)) / box.height);
      });
    // What a finger has pointed at stays when it is lifted.
    canvas.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && this.#leave());
    canvas.addEventListener("blur", () => this.#leave());
    canvas.addEventListener("keydown", (e) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
      if (!by) return;
      e.preventDefault();
      const [x, y] = this.#cursor ?? [0, 0];
      this.#moveTo(x + 0.05 * by[0]!, y + 0.05 * by[1]!);
    });
  }

  setPoints(points: { train: Points; test: Points }): void {
    this.#points = points;
    this.redraw();
  }

  show(surface: Float32Array): void {
    this.#surface = surface;
    this.redraw();
  }

  /** Draws with the next frame: after new values, or when the colours have changed. */
  redraw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #moveTo(x: number, y: number): void {
    this.#cursor = [Math.max(-1, Math.min(1, x)), Math.max(-1, Math.min(1, y))];
    this.redraw();
  }

  #leave(): void {
    this.#cursor = undefined;
    this.redraw();
  }

  /** Probability at a place of the canvas, both coordinates −1 … 1, joined from four places of the grid. */
  #probability(x: number, y: number): number {
    const [column, row] = [((x + 1) / 2) * (GRID - 1), ((1 - y) / 2) * (GRID - 1)];
    const [c, r] = [Math.min(Math.floor(column), GRID - 2), Math.min(Math.floor(row), GRID - 2)];
    const at = (dr: number, dc: number) => this.#surface![(r + dr) * GRID + c + dc]!;
    const line = (dr: number) => at(dr, 0) + (column - c) * (at(dr, 1) - at(dr, 0));
    return line(0) + (row - r) * (line(1) - line(0));
  }

  #draw(): void {
    const context = this.#context;
    context.clearRect(0, 0, SIDE, SIDE);
    if (this.#surface) this.#drawSurface();
    if (this.#points) {
      drawPoints(context, this.#points.train, true);
      drawPoints(context, this.#points.test, false);
    }
    if (!this.#surface || !this.#cursor) {
      this.onRead(undefined);
      return;
    }
    const [x, y] = this.#cursor;
    const [px, py] = [((x + 1) / 2) * SIDE, ((1 - y) / 2) * SIDE];
    context.strokeStyle = styleValue("--ink");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(px, 0);
    context.lineTo(px, SIDE);
    context.moveTo(0, py);
    context.lineTo(SIDE, py);
    context.stroke();
    this.onRead({ x: REACH * x, y: REACH * y, p: this.#probability(x, y) });
  }

  #drawSurface(): void {
    const fine = this.#fine.getContext("2d")!;
    const image = fine.createImageData(FINE, FINE);
    const values = Float32Array.from({ length: FINE * FINE }, (_, i) => {
      const [row, column] = [Math.floor(i / FINE), i % FINE];
      return 2 * this.#probability((2 * column) / (FINE - 1) - 1, 1 - (2 * row) / (FINE - 1)) - 1;
    });
    paint(image, PLANE_SHADE, (i) => values[i]!);
    fine.putImageData(image, 0, 0);
    this.#context.drawImage(this.#fine, 0, 0, SIDE, SIDE);
    this.#drawBoundary();
  }

  /** The line p = ½: through each cell of the grid, from one edge that it crosses to the next. */
  #drawBoundary(): void {
    const context = this.#context;
    const surface = this.#surface!;
    const at = (r: number, c: number) => surface[r * GRID + c]! - 0.5;
    const scale = SIDE / (GRID - 1);
    context.beginPath();
    for (let r = 0; r < GRID - 1; r++)
      for (let c = 0; c < GRID - 1; c++) {
        const corners = [
          [r, c],
          [r, c + 1],
          [r + 1, c + 1],
          [r + 1, c],
        ] as [number, number][];
        const crossings = corners.flatMap(([r0, c0], k): [number, number][] => {
          const [r1, c1] = corners[(k + 1) % 4]!;
          const [from, to] = [at(r0, c0), at(r1, c1)];
          if (from < 0 === to < 0) return [];
          const share = from / (from - to);
          return [[(c0 + share * (c1 - c0)) * scale, (r0 + share * (r1 - r0)) * scale]];
        });
        for (const [k, p] of crossings.entries())
          if (k % 2) context.lineTo(...p);
          else context.moveTo(...p);
      }
    context.strokeStyle = styleValue("--ink");
    context.lineWidth = 2;
    context.stroke();
  }
}

/** Circles and squares, filled where the network learns from them, hollow where they are held out. */
function drawPoints(context: CanvasRenderingContext2D, { xy, labels }: Points, filled: boolean): void {
  const [panel, ...colours] = ["--panel", "--series-1", "--series-2"].map(styleValue);
  labels.forEach((label, i) => {
    const [x, y] = [(xy[2 * i]! / REACH + 1) * (SIDE / 2), (1 - xy[2 * i + 1]! / REACH) * (SIDE / 2)];
    context.beginPath();
    if (label) context.rect(x - 4, y - 4, 8, 8);
    else context.arc(x, y, 4.5, 0, 2 * Math.PI);
    context.fillStyle = filled ? colours[label]! : panel!;
    context.strokeStyle = filled ? panel! : colours[label]!;
    context.lineWidth = filled ? 1.2 : 2;
    context.fill();
    context.stroke();
  });
}

/** What each hidden unit says about the plane: a small picture a unit, a row a layer. */
export class UnitView {
  #layers: Float32Array[] = [];
  #canvases: HTMLCanvasElement[][] = [];
  /** Widths of the layers that there are canvases for. */
  #built: string | undefined;

  constructor(readonly parent: HTMLElement) {}

  show(layers: readonly Float32Array[]): void {
    this.#layers = [...layers];
    const widths = layers.map((l) => l.length / UNIT_GRID ** 2);
    if (String(widths) !== this.#built) this.#rebuild(widths);
    this.#built = String(widths);
    this.redraw();
  }

  redraw(): void {
    this.#layers.forEach((values, l) => {
      for (const [u, canvas] of this.#canvases[l]!.entries()) {
        const unit = values.subarray(u * UNIT_GRID ** 2, (u + 1) * UNIT_GRID ** 2);
        const reach = unit.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-6);
        const context = canvas.getContext("2d")!;
        const image = context.createImageData(UNIT_GRID, UNIT_GRID);
        paint(image, UNIT_SHADE, (i) => unit[i]! / reach);
        context.putImageData(image, 0, 0);
      }
    });
  }

  #rebuild(widths: readonly number[]): void {
    this.#canvases = widths.map((width, l) =>
      Array.from({ length: width }, (_, u) => {
        const label = `layer ${l + 1}, unit ${u + 1}: its value all over the plane`;
        return element("canvas", { width: UNIT_GRID, height: UNIT_GRID, role: "img", "aria-label": label });
      }),
    );
    const rows = this.#canvases.map((units, l) =>
      element(
        "div",
        { class: "units" },
        element("span", { class: "soft" }, `Layer ${l + 1}`),
        element("div", {}, ...units),
      ),
    );
    const none = element(
      "p",
      { class: "soft" },
      "No hidden layer: this is logistic regression on the chosen features.",
    );
    this.parent.replaceChildren(...(rows.length ? rows : [none]));
  }
}
