/** All ways to choose so many items, in order. */
export function* combinations<T>(items: readonly T[], size: number, from = 0): Generator<T[], undefined> {
  if (size === 0) {
    yield []
    return undefined
  }
  for (let index = from; index + size <= items.length; index++) {
    for (const rest of combinations(items, size - 1, index + 1)) yield [items[index]!, ...rest]
  }
  return undefined
}
