/** A backend that accepts everything, at any address and with any flags, and keeps nothing but what its gate writes down. */
import { type AnyAddr, type VirtAddr } from '@addrspace/memory-addr'
import { type BackendAnswer, type MappingBackend } from '@addrspace/memory-set'
import { Gate } from './gate.ts'

export class AcceptAll<F = number, A extends AnyAddr = VirtAddr> implements MappingBackend<F, unknown, A> {
  readonly gate: Gate

  constructor(gate: Gate = new Gate()) {
    this.gate = gate
  }

  map(start: A, size: bigint, flags: F): BackendAnswer {
    return this.gate.pass({ verb: 'map', start, size, flags }, () => true)
  }

  unmap(start: A, size: bigint): BackendAnswer {
    return this.gate.pass({ verb: 'unmap', start, size }, () => true)
  }

  protect(start: A, size: bigint, flags: F): BackendAnswer {
    return this.gate.pass({ verb: 'protect', start, size, flags }, () => true)
  }
}
