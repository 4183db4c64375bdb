/**
 * Counts the places at which an operation asks somebody else, and lets one of them fail: a call of a backend, an
 * allocation of a frame, a callback of the calling program, the sink of invalidations.
 */

export type Place = 'call' | 'frame' | 'callback' | 'sink'

export const PLACES: readonly Place[] = ['call', 'frame', 'callback', 'sink']

/** The n-th visit of a place, from 1. A sink cannot refuse, nor can a callback but `permits`. */
export interface InjectedFailure {
  readonly place: Place
  readonly n: number
  readonly how: 'refuse' | 'throw'
  /** Whether all later visits of the place fail too. */
  readonly isLasting?: boolean
}

/** What is thrown where a failure is planned to throw. */
export class InjectedError extends Error {
  override readonly name: string = 'InjectedError'
}

export class Injector {
  #failure: InjectedFailure | undefined = undefined
  #hasFired = false
  readonly #visits: Record<Place, number> = { call: 0, frame: 0, callback: 0, sink: 0 }

  /** Starts counting anew, with this failure planned, or none. */
  arm(failure?: InjectedFailure): void {
    this.#failure = failure
    this.#hasFired = false
    for (const place of PLACES) this.#visits[place] = 0
  }

  /** Whether the failure planned last has happened. */
  get hasFired(): boolean {
    return this.#hasFired
  }

  /** How often a place was visited since `arm`. */
  visits(place: Place): number {
    return this.#visits[place]
  }

  /**
   * Counts a visit and tells whether it is to be refused.
   *
   * @throws InjectedError if it is planned to throw
   */
  visit(place: Place): boolean {
    const n = ++this.#visits[place]
    const failure = this.#failure
    if (failure?.place !== place || n < failure.n || (n > failure.n && failure.isLasting !== true)) return false
    this.#hasFired = true
    if (failure.how === 'throw') throw new InjectedError(`${place} ${n}`)
    return true
  }
}
