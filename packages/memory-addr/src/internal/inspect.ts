/** How a class tells Node's `util.inspect` what to print, without naming anything of Node: through a registered symbol. */

/** Makes Node print the instances of a class as `Name(text)`, where text is what their `toString` gives. */
export function inspectAsText(type: { readonly prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString: () => string }): string {
      return `${name}(${this.toString()})`
    },
  })
}
