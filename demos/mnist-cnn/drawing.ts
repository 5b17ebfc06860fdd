const SIZE = 28;
/** Digits of the data set fill a box of 20 × 20 around their centre of mass. */
const BOX = 20;

/** A pad to draw on with mouse, pen or finger. `onChange` is told after each stroke's every piece. */
export class DrawingPad {
  readonly #context: CanvasRenderingContext2D;
  #last: { x: number; y: number } | undefined;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly onChange: () => void,
  ) {
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
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

  #at(e: PointerEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return { x: (e.clientX - box.left) * scale, y: (e.clientY - box.top) * scale };
  }

  #stroke(e: PointerEvent): void {
    const { x, y } = this.#at(e);
    const c = this.#context;
    c.strokeStyle = "#fff";
    c.lineWidth = 20;
    c.lineCap = c.lineJoin = "round";
    c.beginPath();
    c.moveTo(this.#last!.x, this.#last!.y);
    c.lineTo(x + 0.01, y);
    c.stroke();
    this.#last = { x, y };
    this.onChange();
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
