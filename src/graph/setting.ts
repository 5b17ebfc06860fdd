/** A value that another one replaces while a function runs. */
export class Setting<T> {
  constructor(public value: T) {}

  /** Runs `fn` with this value; then the one before holds again, even where `fn` throws. */
  during<R>(value: T, fn: () => R): R {
    const outer = this.value;
    this.value = value;
    try {
      return fn();
    } finally {
      this.value = outer;
    }
  }
}
