/** A set, or its page table, is not as its twin says. */
export class ModelFailure extends Error {
  override readonly name: string = 'ModelFailure'
}
