/** What the compiler knows about addresses: kinds do not mix, arithmetic keeps them, literals are widened. */
import { describe, expectTypeOf, it } from 'vitest'
import {
  add, addrRange, addrRangeFromSize, AddrRange, alignDown, alignUp4K, checkedAdd, compareAddr, defineAddr, offset, offsetFrom,
  overflowingAdd, pages, pages4K, pa, sub, subAddr, tryAddrRange, tryVirtAddr, va, wrappingAdd, type Addr, type AnyAddr, type Overflowing,
  type PageRange, type PhysAddr, type RangeLike, type VirtAddr,
} from '@addrspace/memory-addr'

describe('kinds', () => {
  it('are told apart', () => {
    expectTypeOf(va(0)).toEqualTypeOf<VirtAddr>()
    expectTypeOf(tryVirtAddr(0)).toEqualTypeOf<VirtAddr | undefined>()
    // @ts-expect-error a physical address is no virtual one
    const wrong: VirtAddr = pa(0)
    // @ts-expect-error a bigint is no address
    const plain: VirtAddr = 0n
    // @ts-expect-error
    va('0x1000')
    expectTypeOf(wrong).toExtend<AnyAddr>()
    expectTypeOf(plain).toExtend<AnyAddr>()
  })
  it('generic', () => {
    function f<A extends AnyAddr>(start: A, size: bigint, range: RangeLike<A>): A {
      const r = addrRangeFromSize(start, size)
      expectTypeOf(r).toEqualTypeOf<AddrRange<A>>()
      const x: A = alignDown(add(start, size), size)
      const y = new AddrRange(x, size)
      const z = addrRange(x, y.end)
      addrRange(x, start)
      const rr: AddrRange<AnyAddr> = z
      r.contains(x); r.overlaps(range); y.containsRange(z)
      const b: RangeLike = r
      const w: AddrRange<bigint> = rr
      for (const p of pages(r, size)) { const q: A = p; void q }
      void b; void w; void rr
      return x
    }
    f(va(0), 4n, { start: va(0), end: 5n })
  })
  it('arith', () => {
    expectTypeOf(add(va(0), 1n)).toEqualTypeOf<VirtAddr>()
    expectTypeOf(add(0n, 1n)).toEqualTypeOf<bigint>()
    expectTypeOf(alignDown(0x1234n, 0x1000n)).toEqualTypeOf<bigint>()
    expectTypeOf(alignUp4K(pa(5))).toEqualTypeOf<PhysAddr>()
    // @ts-expect-error address plus address
    add(va(0), va(0))
    // @ts-expect-error address plus address
    add(va(0), pa(0))
    // @ts-expect-error
    add(1n, pa(0))
    // @ts-expect-error
    subAddr(va(0), pa(0))
    // @ts-expect-error
    subAddr(va(0), 0n)
    expectTypeOf(subAddr(5n, 4n)).toEqualTypeOf<bigint>()
    expectTypeOf(addrRange(va(0), 5n)).toEqualTypeOf<AddrRange<VirtAddr>>()
    expectTypeOf(addrRange(va(0), va(5n))).toEqualTypeOf<AddrRange<VirtAddr>>()
    expectTypeOf(addrRange(0n, 5n)).toEqualTypeOf<AddrRange<bigint>>()
    // @ts-expect-error
    addrRange(va(0), pa(5))
    // @ts-expect-error
    addrRange(0n, pa(5))
    // @ts-expect-error
    new AddrRange(va(0), pa(5))
    // @ts-expect-error
    addrRange(va(0n), 0x1000n).overlaps(addrRange(pa(0), 0x1000n))
    // @ts-expect-error
    addrRange(va(0n), 0x1000n).contains(5n)
    expectTypeOf(pages({ start: 0n, end: 5n }, 1n)).toEqualTypeOf<PageRange<bigint>>()
    // @ts-expect-error
    expectTypeOf(pages({ start: va(0n), end: 5n }, pa(1)))
    expectTypeOf(pages({ start: va(0n), end: 5n }, 1n)).toEqualTypeOf<PageRange<VirtAddr>>()
  })
})
