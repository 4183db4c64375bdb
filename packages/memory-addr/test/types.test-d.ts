/**
 * What the compiler knows about addresses, checked by compiling this file: kinds do not mix, arithmetic keeps them, and a
 * literal does not stay a literal when it is computed with.
 */
import { expectTypeOf } from 'vitest'
import {
  add, addrRange, addrRangeFromSize, AddrRange, alignDown, alignDown4K, alignOffset, alignUp, alignUp4K, checkAlign, checkedAdd,
  checkedAlignUp, checkedSub, checkedSubAddr, checkSize, checkWord, compareAddr, defineAddr, formatPhysAddr, formatVirtAddr, offset,
  offsetFrom, overflowingAdd, overflowingSub, overflowingSubAddr, pa, pages, pages1G, pages2M, pages4K, sub, subAddr,
  truncateToPhysAddr, tryAddrRange, tryAddrRangeFromSize, tryPages, tryVirtAddr, va, wrappingAdd, wrappingOffset, wrappingSub,
  wrappingSubAddr, type Addr, type AnyAddr, type Overflowing, type PageRange, type PhysAddr, type PhysAddrRange, type RangeLike,
  type VirtAddr, type VirtAddrRange,
} from '@addrspace/memory-addr'

// --- Constructors and kinds ------------------------------------------------------------------------------------------

expectTypeOf(va(0)).toEqualTypeOf<VirtAddr>()
expectTypeOf(pa(0n)).toEqualTypeOf<PhysAddr>()
expectTypeOf(tryVirtAddr(0)).toEqualTypeOf<VirtAddr | undefined>()
expectTypeOf(truncateToPhysAddr(-1)).toEqualTypeOf<PhysAddr>()
expectTypeOf<VirtAddr>().toExtend<bigint>()
expectTypeOf<VirtAddr>().toExtend<AnyAddr>()
expectTypeOf<PhysAddr>().not.toExtend<VirtAddr>()
expectTypeOf<AnyAddr>().not.toExtend<VirtAddr>()
expectTypeOf<bigint>().not.toExtend<AnyAddr>()
expectTypeOf<VirtAddr>().toEqualTypeOf<Addr<'virtual'>>()
// @ts-expect-error text is no address
va('0x1000')
// @ts-expect-error nor does the kind of a constructor depend on where its result goes
const mistaken: VirtAddr = pa(0)

const guest = defineAddr('guest-physical', 'GPA')
expectTypeOf(guest.from(0)).toEqualTypeOf<Addr<'guest-physical'>>()
expectTypeOf(guest.tryFrom(0)).toEqualTypeOf<Addr<'guest-physical'> | undefined>()
expectTypeOf(guest.kind).toEqualTypeOf<'guest-physical'>()
// @ts-expect-error a kind formats its own addresses only
guest.format(va(0))
// @ts-expect-error likewise
formatVirtAddr(pa(0))
// @ts-expect-error a plain bigint has no kind to be formatted as
formatVirtAddr(0x1000n)

// --- Arithmetic ------------------------------------------------------------------------------------------------------

for (const result of [
  add(va(0), 1n), sub(va(0), 1n), wrappingAdd(va(0), 1n), wrappingSub(va(0), 1n), offset(va(0), 1n), wrappingOffset(va(0), 1n),
  alignDown(va(0), 1n), alignUp(va(0), 1n), alignDown4K(va(0)), alignUp4K(va(0)),
]) expectTypeOf(result).toEqualTypeOf<VirtAddr>()
for (const result of [checkedAdd(va(0), 1n), checkedSub(va(0), 1n), checkedAlignUp(va(0), 1n)]) {
  expectTypeOf(result).toEqualTypeOf<VirtAddr | undefined>()
}
for (const result of [overflowingAdd(va(0), 1n), overflowingSub(va(0), 1n)]) {
  expectTypeOf(result).toEqualTypeOf<Overflowing<VirtAddr>>()
}
// Of plain bigints plain bigints: `0x1234n` rounded down is not of the type `0x1234n`. One by one, since the type of a list
// of a literal and a bigint is bigint.
expectTypeOf(add(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(sub(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(wrappingAdd(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(wrappingSub(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(offset(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(wrappingOffset(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(alignDown(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(alignUp(0x1234n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(alignDown4K(0x1234n)).toEqualTypeOf<bigint>()
expectTypeOf(alignUp4K(0x1234n)).toEqualTypeOf<bigint>()
expectTypeOf(alignOffset(va(0x1234), 1n)).toEqualTypeOf<bigint>()
expectTypeOf(subAddr(va(2), va(1))).toEqualTypeOf<bigint>()
expectTypeOf(subAddr(2n, 1n)).toEqualTypeOf<bigint>()
expectTypeOf(wrappingSubAddr(va(2), va(1))).toEqualTypeOf<bigint>()
expectTypeOf(offsetFrom(va(2), va(1))).toEqualTypeOf<bigint>()
expectTypeOf(checkedAdd(1n, 1n)).toEqualTypeOf<bigint | undefined>()
expectTypeOf(checkedSub(1n, 1n)).toEqualTypeOf<bigint | undefined>()
expectTypeOf(checkedAlignUp(1n, 1n)).toEqualTypeOf<bigint | undefined>()
expectTypeOf(checkedSubAddr(va(2), va(1))).toEqualTypeOf<bigint | undefined>()
expectTypeOf(overflowingAdd(1n, 1n)).toEqualTypeOf<Overflowing<bigint>>()
expectTypeOf(overflowingSub(1n, 1n)).toEqualTypeOf<Overflowing<bigint>>()
expectTypeOf(overflowingSubAddr(va(2), va(1))).toEqualTypeOf<Overflowing<bigint>>()
expectTypeOf(compareAddr(va(0), va(1))).toEqualTypeOf<-1 | 0 | 1>()
expectTypeOf(va(1) - va(0)).toEqualTypeOf<bigint>()

// @ts-expect-error addresses are not added to each other
add(va(0), va(0))
// @ts-expect-error nor is an address a size for a plain bigint
add(0n, pa(0))
// @ts-expect-error an address is no alignment
alignDown(va(0), pa(0))
// @ts-expect-error nor an offset
offset(va(0), va(0))
// @ts-expect-error the distance of addresses of two kinds means nothing
subAddr(va(0), pa(0))
// @ts-expect-error a size is subtracted with sub
subAddr(va(0), 0x1000n)
// @ts-expect-error likewise
offsetFrom(va(0), pa(0))
// @ts-expect-error likewise
compareAddr(va(0), pa(0))
// @ts-expect-error numbers are for constructors
add(va(0), 0x1000)
// @ts-expect-error likewise
alignUp(0x1000, 0x1000n)

// --- Ranges ----------------------------------------------------------------------------------------------------------

expectTypeOf(addrRange(va(0), 5n)).toEqualTypeOf<VirtAddrRange>()
expectTypeOf(addrRange(pa(0), pa(5))).toEqualTypeOf<PhysAddrRange>()
expectTypeOf(addrRangeFromSize(va(0), 5n)).toEqualTypeOf<AddrRange<VirtAddr>>()
expectTypeOf(new AddrRange(va(0), 5n)).toEqualTypeOf<AddrRange<VirtAddr>>()
expectTypeOf(tryAddrRange(va(0), 5n)).toEqualTypeOf<VirtAddrRange | undefined>()
expectTypeOf(tryAddrRangeFromSize(va(0), 5n)).toEqualTypeOf<VirtAddrRange | undefined>()
expectTypeOf(addrRange(0n, 5n)).toEqualTypeOf<AddrRange<bigint>>()
expectTypeOf(addrRangeFromSize(0n, 5n)).toEqualTypeOf<AddrRange<bigint>>()
expectTypeOf(addrRange(va(0), 5n).start).toEqualTypeOf<VirtAddr>()
expectTypeOf(addrRange(va(0), 5n).end).toEqualTypeOf<bigint>()
expectTypeOf<VirtAddrRange>().toExtend<AddrRange>()
expectTypeOf<VirtAddrRange>().toExtend<RangeLike>()
expectTypeOf<VirtAddrRange>().not.toExtend<PhysAddrRange>()
expectTypeOf(addrRange(va(0), 5n).toString(formatVirtAddr)).toEqualTypeOf<string>()

const range = addrRange(va(0), 0x1000n)
// @ts-expect-error both bounds are of one kind
addrRange(va(0), pa(5))
// @ts-expect-error likewise
new AddrRange(va(0), pa(5))
// @ts-expect-error a plain start has no end of a kind
addrRange(0n, pa(5))
// @ts-expect-error an address is no size
addrRangeFromSize(va(0), va(5))
// @ts-expect-error a range holds addresses of its kind
range.contains(pa(0))
// @ts-expect-error a plain bigint is none
range.contains(0n)
// @ts-expect-error ranges of two kinds have nothing in common
range.overlaps(addrRange(pa(0), 0x1000n))
// @ts-expect-error nor are they formatted as each other
range.toString(formatPhysAddr)
// @ts-expect-error a range does not change
range.start = va(1)

// --- Pages -----------------------------------------------------------------------------------------------------------

for (const result of [pages(range, 0x1000n), pages4K(range), pages2M(range), pages1G(range)]) {
  expectTypeOf(result).toEqualTypeOf<PageRange<VirtAddr>>()
  for (const page of result) expectTypeOf(page).toEqualTypeOf<VirtAddr>()
}
expectTypeOf(tryPages(range, 0x1000n)).toEqualTypeOf<PageRange<VirtAddr> | undefined>()
expectTypeOf(pages({ start: 0n, end: 5n }, 1n)).toEqualTypeOf<PageRange<bigint>>()
expectTypeOf(pages({ start: va(0), end: 5n }, 1n)).toEqualTypeOf<PageRange<VirtAddr>>()
// @ts-expect-error an address is no size
pages(range, va(0x1000))

// --- Checks narrow, and everything works for a kind that is not known yet --------------------------------------------

export function narrowed(addr: unknown, size: unknown, align: unknown): void {
  checkWord(addr, 'addr')
  checkSize(size, 'size')
  checkAlign(align, 'align')
  expectTypeOf([addr, size, align]).toEqualTypeOf<bigint[]>()
}

export function generic<A extends AnyAddr>(start: A, size: bigint, other: RangeLike<A>): AddrRange<A> {
  const moved: A = alignDown(add(start, size), size)
  const next: A | undefined = checkedAlignUp(moved, size)
  const made = addrRangeFromSize(next ?? moved, size)
  for (const page of pages(made, size)) if (made.contains(page) && made.overlaps(other)) return addrRange(page, made.end)
  const general: AddrRange = made
  expectTypeOf(general.end).toEqualTypeOf<bigint>()
  return addrRange(other.start, start)
}
export const unused: unknown = mistaken
