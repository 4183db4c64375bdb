/** What has a text of its own. */
interface Printable {
  toString(): string
}

/**
 * Makes Node print the instances of a class as their `toString` does. Node looks for a registered
 * symbol, so that nothing of Node is needed to name it.
 */
export function inspectAsText(type: { readonly prototype: Printable }): void {
  Object.defineProperty(type.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: Printable): string {
      return this.toString()
    },
  })
}
