// Counts what an operation touches of a set's index: every word of its arrays that is read or written. What
// time cannot tell on a busy machine, these counts do, and they are the same in every run.
import type { MemorySet } from '@addrspace/memory-set'

/** The index of a set: no public part of it, but there is no other way to see what an operation touches, or whether nodes leak. */
export function indexOf<F, P>(set: MemorySet<F, P>): MemorySet<F, P>['index'] {
  return set['index']
}

type Store = ReturnType<typeof indexOf>['store']
type Words = Float64Array | Int32Array

const ARRAYS = ['bounds', 'refs', 'gaps', 'counts', 'holders'] as const
const INDEX = /^\d+$/

/** Bytes of the arrays of an index, with what is kept for nodes to come. */
export function bytesOf<F, P>(set: MemorySet<F, P>): number {
  const { store } = indexOf(set)
  return ARRAYS.reduce((sum, name) => sum + store[name].byteLength, 0)
}

/** Gives the number of words of its index that the set reads and writes while `operation` runs. */
export function touchedWords<F, P>(set: MemorySet<F, P>, operation: () => void): number {
  const store = indexOf(set).store as Store
  const real = new Map<string, { readonly words: Words; readonly counting: Words }>()
  let count = 0
  const add = (words: number): void => {
    count += words
  }
  for (const name of ARRAYS) {
    const words: Words = store[name]
    const counting = countingWords(words, add)
    real.set(name, { words, counting })
    Object.assign(store, { [name]: counting })
  }
  try {
    operation()
  } finally {
    for (const [name, { words, counting }] of real) {
      // One that had to grow has been replaced, and is real already.
      if (Reflect.get(store, name) === counting) Object.assign(store, { [name]: words })
    }
  }
  return count
}

/** An array that tells how many of its words are touched. */
function countingWords<T extends Words>(words: T, touch: (words: number) => void): T {
  return new Proxy(words, {
    get(target, key) {
      if (typeof key === 'string' && INDEX.test(key)) {
        touch(1)
        return target[Number(key)]
      }
      if (key === 'copyWithin' || key === 'fill') {
        return (a: number, b: number, c = target.length): T => {
          touch(key === 'fill' ? c - b : 2 * (c - b))
          target[key](a, b, c)
          return target
        }
      }
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value === 'function') throw new TypeError(`words cannot be counted in ${String(key)}`)
      return value
    },
    set(target, key, value: number) {
      touch(1)
      target[Number(key)] = value
      return true
    },
  })
}
