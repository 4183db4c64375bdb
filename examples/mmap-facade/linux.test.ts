import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FailingBackend, FailPlan, MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import {
  AddressSpace, EBADF, EEXIST, EINVAL, ENOMEM, EPERM, MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_PRIVATE, MAP_SHARED, PROT_EXEC, PROT_READ, PROT_WRITE,
} from './linux.ts'

const RW = PROT_READ | PROT_WRITE
const ANON = MAP_PRIVATE | MAP_ANONYMOUS
const B = 0x10_0000_0000n
const END = 0x7fff_ffff_f000n

type Row = readonly [what: string, call: (linux: AddressSpace<unknown>) => bigint, answer: bigint]

/** In this order, each after the ones before it; answers as Linux 6.18 on x86-64 gave them to a program that made these calls. */
const recorded: readonly Row[] = [
  ['a fixed map', (linux) => linux.mmap(B, 0x4000n, RW, ANON | MAP_FIXED), B],
  ['length 0', (linux) => linux.mmap(0n, 0n, RW, ANON), -EINVAL],
  ['neither shared nor private', (linux) => linux.mmap(0n, 0x1000n, RW, MAP_ANONYMOUS), -EINVAL],
  ['both', (linux) => linux.mmap(0n, 0x1000n, RW, MAP_ANONYMOUS | MAP_SHARED | MAP_PRIVATE), -EINVAL],
  ['fixed, within a page', (linux) => linux.mmap(B + 0x800n, 0x1000n, RW, ANON | MAP_FIXED), -EINVAL],
  ['fixed, within a page, length 0', (linux) => linux.mmap(B + 1n, 0n, RW, ANON | MAP_FIXED), -EINVAL],
  ['2^47 bytes', (linux) => linux.mmap(0n, 1n << 47n, RW, ANON), -ENOMEM],
  ['a length that overflows when rounded', (linux) => linux.mmap(0n, (1n << 64n) - 1n, RW, ANON), -ENOMEM],
  ['fixed behind the last page', (linux) => linux.mmap(END, 0x1000n, RW, ANON | MAP_FIXED), -ENOMEM],
  ['fixed at the last page', (linux) => linux.mmap(END - 0x1000n, 0x1000n, RW, ANON | MAP_FIXED), END - 0x1000n],
  ['fixed, reaching far beyond', (linux) => linux.mmap(END, END, RW, ANON | MAP_FIXED), -ENOMEM],
  ['a file that is not open', (linux) => linux.mmap(0n, 0x1000n, RW, MAP_PRIVATE), -EBADF],
  ['no replacing, in part taken', (linux) => linux.mmap(B + 0x3000n, 0x2000n, RW, ANON | MAP_FIXED_NOREPLACE), -EEXIST],
  ['no replacing, free', (linux) => linux.mmap(B + 0x4000n, 0x1000n, PROT_READ, ANON | MAP_FIXED_NOREPLACE), B + 0x4000n],
  ['no replacing, within a page', (linux) => linux.mmap(B + 0x8800n, 0x1000n, RW, ANON | MAP_FIXED_NOREPLACE), -EINVAL],
  ['a hint within a page', (linux) => linux.mmap(B + 0x8800n, 0x1000n, RW, ANON), B + 0x8000n],
  ['one byte', (linux) => linux.mmap(B + 0x1_0000n, 1n, RW, ANON | MAP_FIXED), B + 0x1_0000n],
  ['one byte gone, and with it the page', (linux) => linux.munmap(B + 0x1_0000n, 1n), 0n],
  ['unmap within a page', (linux) => linux.munmap(B + 1n, 0x1000n), -EINVAL],
  ['unmap of nothing', (linux) => linux.munmap(B, 0n), -EINVAL],
  ['unmap of a hole', (linux) => linux.munmap(B + 0x10_0000n, 0x1000n), 0n],
  ['unmap behind the last page', (linux) => linux.munmap(END, 0x1000n), -EINVAL],
  ['unmap of everything and more', (linux) => linux.munmap(B, (1n << 64n) - 1n), -EINVAL],
  ['protect within a page', (linux) => linux.mprotect(B + 1n, 0x1000n, PROT_READ), -EINVAL],
  ['protect of nothing, in a hole', (linux) => linux.mprotect(B + 0x10_0000n, 0n, PROT_READ), 0n],
  ['protect of nothing, with unknown bits', (linux) => linux.mprotect(B, 0n, 0x100), 0n],
  ['protect with unknown bits', (linux) => linux.mprotect(B, 0x1000n, 0x100), -EINVAL],
  ['map with unknown bits', (linux) => linux.mmap(B + 0x2_0000n, 0x1000n, 0x100 | PROT_READ, ANON | MAP_FIXED), B + 0x2_0000n],
  ['protect with PROT_SEM', (linux) => linux.mprotect(B, 0x1000n, 8 | PROT_READ), 0n],
  ['protect of a hole', (linux) => linux.mprotect(B + 0x10_0000n, 0x1000n, PROT_READ), -ENOMEM],
  ['protect up to 2^64', (linux) => linux.mprotect(B, (1n << 64n) - B, PROT_READ), -ENOMEM],
  ['anonymous and shared', (linux) => linux.mmap(B + 0x3_0000n, 0x1000n, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED), B + 0x3_0000n],
]

describe('system calls', () => {
  const linux = new AddressSpace<unknown>(null, new NullBackend())
  for (const [what, call, answer] of recorded) it(`answer as Linux does: ${what}`, () => assert.equal(call(linux), answer))

  it('refuse to map what is too low for a program', () => {
    assert.equal(linux.mmap(0n, 0x1000n, RW, ANON | MAP_FIXED), -EPERM)
  })
})

describe('protect across a hole', () => {
  it('changes what lies in front of it, and says ENOMEM', () => {
    const linux = new AddressSpace<unknown>(null, new NullBackend())
    linux.mmap(B, 0x2000n, RW, ANON | MAP_FIXED)
    linux.mmap(B + 0x3000n, 0x1000n, RW, ANON | MAP_FIXED)
    assert.equal(linux.mprotect(B, 0x4000n, PROT_READ), -ENOMEM)
    assert.deepEqual(Array.from(linux.set, String), ['0x1000000000-0x1000002000 1', '0x1000003000-0x1000004000 3'])
  })
})

describe('a place for what has none', () => {
  it('is the highest free one; the next lies below, and both are one area if they are alike', () => {
    const linux = new AddressSpace<unknown>(null, new NullBackend())
    assert.equal(linux.mmap(0n, 0x2000n, RW, ANON), END - 0x2000n)
    assert.equal(linux.mmap(0n, 0x1000n, RW, ANON), END - 0x3000n)
    assert.equal(linux.set.size, 1)
    assert.equal(linux.mmap(0n, 0x1000n, PROT_EXEC, ANON), END - 0x4000n)
    assert.equal(linux.set.size, 2)
  })

  it('is elsewhere where the hint is taken, and not at the bottom for a hint of 0', () => {
    const linux = new AddressSpace<unknown>(null, new NullBackend())
    linux.mmap(B, 0x1000n, RW, ANON | MAP_FIXED)
    assert.equal(linux.mmap(B, 0x1000n, RW, ANON), END - 0x1000n)
    assert.equal(linux.mmap(0x800n, 0x1000n, RW, ANON), END - 0x2000n)
    assert.equal(linux.mmap(0x1800n, 0x1000n, RW, ANON), 0x1_0000n)
  })

  it('is not there when all is taken', () => {
    const linux = new AddressSpace<unknown>(null, new NullBackend())
    assert.equal(linux.mmap(0x1_0000n, END - 0x1_0000n, RW, ANON), 0x1_0000n)
    assert.equal(linux.mmap(0n, 1n, RW, ANON), -ENOMEM)
  })
})

describe('a backend that refuses', () => {
  it('makes it ENOMEM, and nothing has changed, whichever of its calls it is', () => {
    let refusals = 0
    for (let call = 1; ; call += 1) {
      const table = new MockPageTable()
      const plan = new FailPlan()
      const linux = new AddressSpace(table, new FailingBackend(new MockBackend(), plan))
      linux.mmap(B, 0x4000n, PROT_READ, ANON | MAP_FIXED)
      plan.add({ call: plan.calls + call })
      const before = `${String(linux.set)} ${String(table)}`
      const answer = linux.mmap(B + 0x1000n, 0x1000n, PROT_EXEC, ANON | MAP_FIXED)
      if (answer === B + 0x1000n) break
      refusals += 1
      assert.equal(answer, -ENOMEM)
      assert.equal(`${String(linux.set)} ${String(table)}`, before)
    }
    assert.equal(refusals, 2) // the old page goes, the new one comes
  })
})
