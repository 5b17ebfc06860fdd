/** The index of the largest value among `count` from `start`. */
export function likeliest(values: ArrayLike<number>, start: number, count: number): number {
  let found = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + found]!) found = i;
  return found;
}
