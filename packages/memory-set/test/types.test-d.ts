/** What the compiler knows about sets, checked by compiling this file. */
import { defineAddr, pa, va, type Addr, type AddrRange, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import {
  MemorySet, unwrap, type Access, type BackendAnswer, type FaultAnswer, type MappingBackend,
  type MappingError,
  type MappingErrorCode, type MappingErrorReason, type MappingResult, type MemoryArea, type MemorySetSnapshot, type RefusalReason,
  type TransactionalPageTable,
} from '@addrspace/memory-set'
import { expectTypeOf } from 'vitest'

interface Table {
  readonly root: bigint
}
declare const set: MemorySet<number, Table>
declare const backend: MappingBackend<number, Table>

// --- Addresses -------------------------------------------------------------------------------------------------------

expectTypeOf(set.find(va(0))).toEqualTypeOf<MemoryArea<number, Table> | undefined>()
expectTypeOf(set.findFreeArea(1n)).toEqualTypeOf<VirtAddr | undefined>()
// @ts-expect-error a set of virtual addresses takes no physical ones
set.find(pa(0))
// @ts-expect-error nor plain bigints
set.find(0n)
// @ts-expect-error nor numbers
set.find(0)
// @ts-expect-error a size is no number
void set.unmap(va(0), 1)
// @ts-expect-error a range of another kind is none here
set.overlaps({ start: pa(0), end: 1n })
expectTypeOf(set.overlaps({ start: va(0), end: 1n })).toEqualTypeOf<boolean>()

const guest = defineAddr('guest-physical', 'GPA')
declare const guests: MemorySet<string, null, Addr<'guest-physical'>>
expectTypeOf(guests.find(guest.from(0))?.start).toEqualTypeOf<Addr<'guest-physical'> | undefined>()
expectTypeOf<MemorySet<number, null, PhysAddr>>().not.toExtend<MemorySet<number, null>>()

// --- Areas -----------------------------------------------------------------------------------------------------------

declare const area: MemoryArea<number, Table>
expectTypeOf(area.start).toEqualTypeOf<VirtAddr>()
expectTypeOf(area.end).toEqualTypeOf<bigint>()
expectTypeOf(area.range).toEqualTypeOf<AddrRange<VirtAddr>>()
expectTypeOf(area.flags).toEqualTypeOf<number>()
expectTypeOf(area.backend).toEqualTypeOf<MappingBackend<number, Table>>()
// @ts-expect-error an area is a value
area.flags = 1
expectTypeOf(set).toExtend<Iterable<MemoryArea<number, Table>>>()
expectTypeOf(set.areasIn(area)).toEqualTypeOf<IterableIterator<MemoryArea<number, Table>>>()
expectTypeOf(set.snapshot()).toEqualTypeOf<MemorySetSnapshot<number, Table>>()
expectTypeOf<MemorySetSnapshot<number, Table>>().toExtend<Disposable>()
expectTypeOf<MemorySetSnapshot<number, Table>>().not.toHaveProperty('map')

// --- Results ---------------------------------------------------------------------------------------------------------

expectTypeOf(set.map(va(0), 1n, 1, backend)).toEqualTypeOf<MappingResult>()
expectTypeOf(set.fault(va(0), 'read')).toEqualTypeOf<MappingResult<'installed' | 'present'>>()
expectTypeOf(unwrap(set.fault(va(0), 'read'))).toEqualTypeOf<'installed' | 'present'>()
expectTypeOf(set.transaction(() => ({ ok: true, value: 5 }))).toEqualTypeOf<MappingResult<number>>()
// @ts-expect-error a transaction is synchronous
void set.transaction(() => Promise.resolve({ ok: true, value: 5 }))
const result = set.clear()
// @ts-expect-error a result has an error only where it is looked at
void result.error
if (!result.ok) expectTypeOf(result.error).toEqualTypeOf<MappingError>()
expectTypeOf<MappingErrorCode>().toEqualTypeOf<'InvalidParam' | 'AlreadyExists' | 'BadState'>()
expectTypeOf<RefusalReason>().toEqualTypeOf<'out-of-frames' | 'already-mapped' | 'not-mapped' | 'misaligned' | 'not-expressible'>()
expectTypeOf<MappingErrorReason>().toEqualTypeOf<
  | 'empty-range' | 'out-of-range' | 'misaligned' | 'overlap' | 'hole' | 'no-area' | 'access-denied' | 'backend-refused' | 'no-fault-handler'
  | 'undo-refused' | 'untrusted'
>()

// --- Options ---------------------------------------------------------------------------------------------------------

// @ts-expect-error no boolean where a word says more
void set.map(va(0), 1n, 1, backend, { onOverlap: true })
// @ts-expect-error a word that is none
void set.protect(va(0), 1n, () => 1, { holes: 'ignore' })
// @ts-expect-error the page table is not optional
void new MemorySet<number, Table>({})
// @ts-expect-error flags of another type
void set.map(va(0), 1n, 'rw', backend)
// @ts-expect-error new flags of another type
void set.protect(va(0), 1n, () => 'rw')
expectTypeOf(set.protect(va(0), 1n, () => undefined)).toEqualTypeOf<MappingResult>()

// --- Backends --------------------------------------------------------------------------------------------------------

const toy = { map: () => true, unmap: () => true, protect: () => false }
expectTypeOf(toy).toExtend<MappingBackend<number, Table>>()
expectTypeOf<BackendAnswer>().toEqualTypeOf<boolean | { readonly reason: RefusalReason; readonly cause?: unknown }>()
expectTypeOf<Promise<boolean>>().not.toExtend<BackendAnswer>()
expectTypeOf<undefined>().not.toExtend<BackendAnswer>()
expectTypeOf<boolean>().not.toExtend<FaultAnswer>()
expectTypeOf<Access>().toEqualTypeOf<'read' | 'write' | 'exec'>()
expectTypeOf<MappingBackend<number, unknown>>().toExtend<MappingBackend<number, Table>>()
// @ts-expect-error a backend for other flags is none for these
void set.map(va(0), 1n, 1, {} as MappingBackend<string, Table>)
expectTypeOf<keyof TransactionalPageTable>().toEqualTypeOf<'beginTransaction' | 'commitTransaction' | 'rollbackTransaction'>()
