import { byId } from "../shared/dom";

const SIZE = 28;
/** Digits of the data set fill a box of 20 × 20 around their centre of mass. */
const BOX = 20;

/** A place on the canvas, in its pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pad to draw on with mouse, pen or finger, and by keyboard. `onChange` is told after each stroke's every piece. */
export class DrawingPad {
  readonly #context: CanvasRenderingContext2D;
  readonly #keys: KeyboardPen;
  #last: Point | undefined;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly onChange: () => void,
  ) {
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
    this.#keys = new KeyboardPen(canvas, {
      line: (from, to) => this.#line(from, to),
      clear: () => {
        this.clear();
        this.onChange();
      },
    });
    this.clear();
    canvas.addEventListener("pointerdown", (e) => {
      canvas.setPointerCapture(e.pointerId);
      this.#last = this.#at(e);
      this.#stroke(e);
    });
    canvas.addEventListener("pointermove", (e) => this.#last && this.#stroke(e));
    for (const end of ["pointerup", "pointercancel"] as const)
      canvas.addEventListener(end, () => {
        this.#last = undefined;
      });
  }

  clear(): void {
    this.#keys.lift();
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Shows a picture of 28 × 28, pixels 0…1. */
  show(pixels: ArrayLike<number>): void {
    const cell = this.canvas.width / SIZE;
    for (let i = 0; i < SIZE * SIZE; i++) {
      const level = Math.round(255 * pixels[i]!);
      this.#context.fillStyle = `rgb(${level},${level},${level})`;
      this.#context.fillRect((i % SIZE) * cell, Math.floor(i / SIZE) * cell, cell, cell);
    }
  }

  /** The drawing as the data set would have it: 28 × 28, pixels 0…1, scaled into the box and centred by mass. */
  pixels(): Float32Array {
    const { width, height } = this.canvas;
    const { data } = this.#context.getImageData(0, 0, width, height);
    const ink = Float32Array.from({ length: width * height }, (_, i) => data[4 * i]! / 255);
    const bounds = boundsOf(ink, width, height);
    if (!bounds) return new Float32Array(SIZE * SIZE);
    const scale = BOX / Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top);
    const mass = centreOf(ink, width, height);
    return resample(ink, width, height, scale, mass);
  }

  #at(e: PointerEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return { x: (e.clientX - box.left) * scale, y: (e.clientY - box.top) * scale };
  }

  #stroke(e: PointerEvent): void {
    const to = this.#at(e);
    this.#line(this.#last!, to);
    this.#last = to;
    this.#keys.put(to);
  }

  #line(from: Point, to: Point): void {
    const c = this.#context;
    c.strokeStyle = "#fff";
    c.lineWidth = 20;
    c.lineCap = c.lineJoin = "round";
    c.beginPath();
    c.moveTo(from.x, from.y);
    c.lineTo(to.x + 0.01, to.y);
    c.stroke();
    this.onChange();
  }
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** The row or column next to one that may be outside. */
const within = (cell: number) => Math.min(SIZE - 1, Math.max(0, cell));
/** Cells that an arrow key moves the pen by with Shift. */
const FAR = 4;

/**
 * A pen that is led by keyboard: arrow keys move it by one of 28 rows or columns, with Shift by four; Space or Enter puts it down
 * and lifts it; Escape lifts it; Delete or Backspace clears. It stands where the pointer drew last. `#pad` around the canvas has
 * the focus, `#pen` shows where the pen is, and `#drawing-says` reads out what it does.
 */
class KeyboardPen {
  /** Row and column of 28; on the canvas the middle of that cell. */
  #cell = { column: SIZE / 2, row: SIZE / 2 };
  #isDown = false;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly does: { line(from: Point, to: Point): void; clear(): void },
  ) {
    const pad = byId("pad");
    pad.addEventListener("keydown", (e) => {
      if (!e.ctrlKey && !e.metaKey && !e.altKey && this.#press(e)) e.preventDefault();
    });
    pad.addEventListener("blur", () => this.lift());
    this.#show();
  }

  /** Puts the pen at a place, where the drawing goes on. */
  put({ x, y }: Point): void {
    const cellOf = (v: number, size: number) => within(Math.floor((v * SIZE) / size));
    this.#cell = { column: cellOf(x, this.canvas.width), row: cellOf(y, this.canvas.height) };
    this.#show();
  }

  lift(): void {
    this.#isDown = false;
    this.#show();
  }

  /** @returns whether the key is one of the pen's */
  #press({ key, shiftKey, repeat }: KeyboardEvent): boolean {
    const way = ARROWS[key];
    if (way) this.#move(way, shiftKey ? FAR : 1);
    else if (key === " " || key === "Enter") return repeat || this.#turn(!this.#isDown);
    else if (key === "Escape") return this.#turn(false);
    else if (key === "Delete" || key === "Backspace") {
      this.does.clear();
      this.#say("cleared, pen up at");
    } else return false;
    return true;
  }

  #move([x, y]: readonly [number, number], by: number): void {
    const from = this.#point();
    this.#cell = { column: within(this.#cell.column + by * x), row: within(this.#cell.row + by * y) };
    if (this.#isDown) this.does.line(from, this.#point());
    this.#show();
    this.#say(this.#isDown ? "drawn to" : "at");
  }

  #turn(isDown: boolean): true {
    this.#isDown = isDown;
    if (isDown) this.does.line(this.#point(), this.#point());
    this.#show();
    this.#say(isDown ? "pen down at" : "pen up at");
    return true;
  }

  #point(): Point {
    const middle = (i: number, size: number) => ((i + 0.5) * size) / SIZE;
    return { x: middle(this.#cell.column, this.canvas.width), y: middle(this.#cell.row, this.canvas.height) };
  }

  #say(what: string): void {
    const { column, row } = this.#cell;
    byId("drawing-says").textContent = `${what} row ${row + 1}, column ${column + 1}`;
  }

  #show(): void {
    const pen = byId("pen");
    pen.style.left = `${(100 * (this.#cell.column + 0.5)) / SIZE}%`;
    pen.style.top = `${(100 * (this.#cell.row + 0.5)) / SIZE}%`;
    pen.classList.toggle("down", this.#isDown);
  }
}

function boundsOf(ink: Float32Array, width: number, height: number) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  ink.forEach((v, i) => {
    if (v < 0.1) return;
    left = Math.min(left, i % width);
    right = Math.max(right, (i % width) + 1);
    top = Math.min(top, Math.floor(i / width));
    bottom = Math.max(bottom, Math.floor(i / width) + 1);
  });
  return right > left ? { left, right, top, bottom } : null;
}

function centreOf(ink: Float32Array, width: number, height: number): { x: number; y: number } {
  let [total, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    total += ink[i]!;
    x += ink[i]! * ((i % width) + 0.5);
    y += ink[i]! * (Math.floor(i / width) + 0.5);
  }
  return { x: x / total, y: y / total };
}

/** Mean of the ink under each of 28 × 28 pixels, the centre of mass in the middle. */
function resample(ink: Float32Array, width: number, height: number, scale: number, centre: { x: number; y: number }) {
  const cell = 1 / scale;
  return Float32Array.from({ length: SIZE * SIZE }, (_, i) => {
    const x0 = Math.round(centre.x + ((i % SIZE) - SIZE / 2) * cell);
    const y0 = Math.round(centre.y + (Math.floor(i / SIZE) - SIZE / 2) * cell);
    const side = Math.max(1, Math.round(cell));
    let total = 0;
    for (let y = Math.max(0, y0); y < Math.min(height, y0 + side); y++)
      for (let x = Math.max(0, x0); x < Math.min(width, x0 + side); x++) total += ink[y * width + x]!;
    return total / (side * side);
  });
}
