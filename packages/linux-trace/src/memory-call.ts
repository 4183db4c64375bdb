/**
 * The calls that change memory, from the text of their arguments to numbers. Lengths come out rounded up to whole
 * pages. Whether a call succeeded plays no role here: a failed one is read as strictly, since a call that cannot be
 * understood must not pass for one that did nothing.
 */
import {
  ArgumentError,
  parseAddress,
  parseDescriptor,
  parseId,
  parseNumber,
  parseSymbols,
  splitArguments,
  splitAroundDescriptor,
  withoutComments,
  type SymbolBits,
} from './arguments.ts'
import { TraceInputError, type SourceLine } from './errors.ts'
import { LOCKED, NO_HUGE_PAGES, NO_RESERVE, type AreaFlags } from './area-flags.ts'
import { EXECUTE, READ, WRITE, type Permission } from './permission.ts'

/** A memory call with its arguments; `size` in bytes, a multiple of 4096. */
export type MemoryCall = MmapCall | MunmapCall | MprotectCall | BrkCall | MremapCall | ShmgetCall | ShmatCall | ShmdtCall

/** `mmap` as its arguments say it. */
export interface MmapCall {
  readonly name: 'mmap'
  /** The address asked for; 0 for none. */
  readonly address: bigint
  /** In bytes, whole pages. */
  readonly size: bigint
  /** What the area is to permit. */
  readonly permission: Permission
  /** What the flags say besides that keeps the area apart from its neighbours. */
  readonly attributes: AreaFlags
  /** Whether writes are to be seen by others that show the same. */
  readonly sharing: 'shared' | 'private'
  /** `free`: anywhere; `fixed`: replaces; `fixed-noreplace`: there or not at all. */
  readonly placement: 'free' | 'fixed' | 'fixed-noreplace'
  /** Whether the kernel may extend it downwards (`MAP_GROWSDOWN`). */
  readonly growsDown: boolean
  /** Whether it is of huge pages (`MAP_HUGETLB`). */
  readonly hugePages: boolean
  /** Whether the place is to be below 2 GiB (`MAP_32BIT`). */
  readonly isLow: boolean
  /** Path or number of the mapped file; `undefined` for anonymous memory. */
  readonly mappedFile: string | undefined
  /** In the file, in bytes. */
  readonly offset: bigint
}

/** `munmap` as its arguments say it. */
export interface MunmapCall {
  readonly name: 'munmap'
  /** First address. */
  readonly address: bigint
  /** In bytes, whole pages. */
  readonly size: bigint
}

/** `mprotect` or `pkey_mprotect` as its arguments say it; the key plays no role. */
export interface MprotectCall {
  /** Which of the two. */
  readonly name: 'mprotect' | 'pkey_mprotect'
  /** First address. */
  readonly address: bigint
  /** In bytes, whole pages. */
  readonly size: bigint
  /** The new one. */
  readonly permission: Permission
  /** The change starts where the grow-down area that holds `address` does. */
  readonly fromAreaStart: boolean
}

/** `brk` as its argument says it. */
export interface BrkCall {
  readonly name: 'brk'
  /** The break asked for; 0 only asks where it is. */
  readonly address: bigint
}

/** `mremap` as its arguments say it. */
export interface MremapCall {
  readonly name: 'mremap'
  /** First address of what is moved or resized. */
  readonly address: bigint
  /** In bytes, whole pages; 0 shows shared memory once more. */
  readonly oldSize: bigint
  /** In bytes, whole pages. */
  readonly newSize: bigint
  /** Whether it goes to `newAddress` and nowhere else (`MREMAP_FIXED`). */
  readonly fixed: boolean
  /** Whether the old place stays mapped, empty (`MREMAP_DONTUNMAP`). */
  readonly keepsOld: boolean
  /** Destination, where the call names one. */
  readonly newAddress: bigint | undefined
}

/** `shmget` as its arguments say it. */
export interface ShmgetCall {
  readonly name: 'shmget'
  /** In bytes, whole pages. */
  readonly size: bigint
  /** Whether the segment is certainly a new one. */
  readonly creates: boolean
  /** Whether the segment is of huge pages (`SHM_HUGETLB`). */
  readonly hugePages: boolean
}

/** `shmat` as its arguments say it; where it attaches, its result tells. */
export interface ShmatCall {
  readonly name: 'shmat'
  /** Number of the segment, as `shmget` gave it. */
  readonly segment: number
  /** What the attachment permits. */
  readonly permission: Permission
  /** Whether it takes the place of what is there (`SHM_REMAP`). */
  readonly replaces: boolean
}

/** `shmdt` as its argument says it. */
export interface ShmdtCall {
  readonly name: 'shmdt'
  /** Where the attachment begins. */
  readonly address: bigint
}

export const PAGE_SIZE: bigint = 0x1000n

/** The longest path, each of its 4096 bytes written as four characters, and room for the rest. */
export const LONGEST_ARGUMENTS: number = 0x8000

const PROTECTION: SymbolBits = {
  ...{ PROT_NONE: 0, PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4, PROT_SEM: 8 },
  ...{ PROT_GROWSDOWN: 0x100_0000, PROT_GROWSUP: 0x200_0000 },
}
const MAP: SymbolBits = {
  ...{ MAP_SHARED: 1, MAP_PRIVATE: 2, MAP_SHARED_VALIDATE: 3, MAP_FIXED: 0x10, MAP_ANONYMOUS: 0x20, MAP_ANON: 0x20 },
  ...{ MAP_GROWSDOWN: 0x100, MAP_HUGETLB: 0x4_0000, MAP_FIXED_NOREPLACE: 0x10_0000, MAP_32BIT: 0x40 },
  ...{ MAP_LOCKED: 0x2000, MAP_NORESERVE: 0x4000, MAP_STACK: 0x2_0000 },
}
const MREMAP: SymbolBits = { MREMAP_MAYMOVE: 1, MREMAP_FIXED: 2, MREMAP_DONTUNMAP: 4 }
const SHMGET: SymbolBits = { IPC_CREAT: 0o1000, IPC_EXCL: 0o2000, SHM_HUGETLB: 0o4000 }
const SHMAT: SymbolBits = { SHM_RDONLY: 0o10000, SHM_RND: 0o20000, SHM_REMAP: 0o40000, SHM_EXEC: 0o100000 }

const NO_OTHER = /^(?!)/
/** Flags that no rule reads, and the size of huge pages: `21<<MAP_HUGE_SHIFT`. */
const OTHER_MAP = /^(?:\d+<<)?MAP_[A-Z0-9_]+$/
/** `SHM_NORESERVE`, and the size of huge pages: `21<<SHM_HUGE_SHIFT`. */
const OTHER_SHM = /^(?:\d+<<)?SHM_[A-Z0-9_]+$/

const PARSERS: Readonly<Record<MemoryCall['name'], (args: string) => MemoryCall>> = {
  mmap: parseMmap,
  munmap: (args) => {
    const [address, size] = exactly(2, args)
    return { name: 'munmap', address: parseAddress(address, 'an address'), size: pageUp(parseNumber(size, 'a length')) }
  },
  mprotect: (args) => parseMprotect('mprotect', exactly(3, args)),
  pkey_mprotect: (args) => parseMprotect('pkey_mprotect', exactly(4, args)),
  brk: (args) => ({ name: 'brk', address: parseAddress(exactly(1, args)[0], 'an address') }),
  mremap: parseMremap,
  shmget: parseShmget,
  shmat: parseShmat,
  shmdt: (args) => ({ name: 'shmdt', address: parseAddress(exactly(1, args)[0], 'an address') }),
}

/** Tells whether a call of this name is one of those that change memory. */
export function isMemoryCall(name: string): name is MemoryCall['name'] {
  return Object.hasOwn(PARSERS, name)
}

/**
 * Reads the arguments of a memory call.
 *
 * @throws TraceInputError if they cannot be understood, saying what was expected.
 * @example
 * parseMemoryCall('munmap', '0x7ffff7fb6000, 37703', { file: 'strace.txt', line: 1 })
 * // => { name: 'munmap', address: 0x7ffff7fb6000n, size: 0xa000n }
 */
export function parseMemoryCall(name: MemoryCall['name'], args: string, where: SourceLine): MemoryCall {
  try {
    if (args.length > LONGEST_ARGUMENTS) throw new ArgumentError(`at most ${LONGEST_ARGUMENTS} characters of arguments`, args)
    return PARSERS[name](args)
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error
    throw new TraceInputError(where, `${error.expected} in ${name}`, error.got)
  }
}

/** Rounds down to whole pages. */
export function pageDown(address: bigint): bigint {
  return address & -PAGE_SIZE
}

/** Rounds up to whole pages. */
export function pageUp(size: bigint): bigint {
  return (size + PAGE_SIZE - 1n) & -PAGE_SIZE
}

function parseMmap(args: string): MmapCall {
  const [address, size, protection, flags, descriptor, offset] = splitAroundDescriptor(args, 4)
  const bits = parseSymbols(flags, 'flags of mmap', MAP, OTHER_MAP)
  const file = parseDescriptor(descriptor)
  return {
    name: 'mmap',
    address: parseAddress(address, 'an address'),
    size: pageUp(parseNumber(size, 'a length')),
    permission: permissionOf(parseSymbols(protection, 'a protection', PROTECTION, NO_OTHER)),
    attributes: attributesOf(bits),
    // MAP_SHARED_VALIDATE has the bits of MAP_SHARED and MAP_PRIVATE.
    sharing: (bits & MAP['MAP_SHARED']!) !== 0 ? 'shared' : 'private',
    placement: (bits & MAP['MAP_FIXED_NOREPLACE']!) !== 0 ? 'fixed-noreplace' : (bits & MAP['MAP_FIXED']!) !== 0 ? 'fixed' : 'free',
    growsDown: (bits & MAP['MAP_GROWSDOWN']!) !== 0,
    hugePages: (bits & MAP['MAP_HUGETLB']!) !== 0,
    isLow: (bits & MAP['MAP_32BIT']!) !== 0,
    mappedFile: (bits & MAP['MAP_ANONYMOUS']!) !== 0 ? undefined : file,
    offset: parseNumber(offset, 'an offset'),
  }
}

function attributesOf(mapFlags: number): AreaFlags {
  const has = (name: string, attribute: AreaFlags): AreaFlags => ((mapFlags & MAP[name]!) === 0 ? 0 : attribute)
  return has('MAP_NORESERVE', NO_RESERVE) | has('MAP_STACK', NO_HUGE_PAGES) | has('MAP_LOCKED', LOCKED)
}

function parseMprotect(name: MprotectCall['name'], [address, size, protection]: string[]): MprotectCall {
  const bits = parseSymbols(protection, 'a protection', PROTECTION, NO_OTHER)
  return {
    name,
    address: parseAddress(address, 'an address'),
    size: pageUp(parseNumber(size, 'a length')),
    permission: permissionOf(bits),
    fromAreaStart: (bits & PROTECTION['PROT_GROWSDOWN']!) !== 0,
  }
}

function parseMremap(args: string): MremapCall {
  const parts = splitArguments(args)
  if (parts.length < 4 || parts.length > 5) throw new ArgumentError('4 or 5 arguments', args)
  const [address, oldSize, newSize, flags, newAddress] = parts
  const bits = parseSymbols(flags, 'flags of mremap', MREMAP, NO_OTHER)
  const fixed = (bits & MREMAP['MREMAP_FIXED']!) !== 0
  return {
    name: 'mremap',
    address: parseAddress(address, 'an address'),
    oldSize: pageUp(parseNumber(oldSize, 'an old length')),
    newSize: pageUp(parseNumber(newSize, 'a new length')),
    fixed,
    keepsOld: (bits & MREMAP['MREMAP_DONTUNMAP']!) !== 0,
    newAddress: newAddress === undefined ? undefined : parseAddress(newAddress, 'a new address'),
  }
}

function parseShmget(args: string): ShmgetCall {
  const [key, size, flags] = exactly(3, args)
  const bits = parseSymbols(flags, 'flags of shmget', SHMGET, OTHER_SHM)
  const exclusive = SHMGET['IPC_CREAT']! | SHMGET['IPC_EXCL']!
  // IPC_PRIVATE is the key 0.
  const isPrivate = ['IPC_PRIVATE', '0', '0x0'].includes(withoutComments(key!))
  return {
    name: 'shmget',
    size: pageUp(parseNumber(size, 'a size')),
    creates: isPrivate || (bits & exclusive) === exclusive,
    hugePages: (bits & SHMGET['SHM_HUGETLB']!) !== 0,
  }
}

function parseShmat(args: string): ShmatCall {
  const [segment, address, flags] = exactly(3, args)
  parseAddress(address, 'an address')
  const bits = parseSymbols(flags, 'flags of shmat', SHMAT, NO_OTHER)
  const write = (bits & SHMAT['SHM_RDONLY']!) === 0 ? WRITE : 0
  const execute = (bits & SHMAT['SHM_EXEC']!) === 0 ? 0 : EXECUTE
  return {
    name: 'shmat',
    segment: parseId(segment, 'a segment'),
    permission: READ | write | execute,
    replaces: (bits & SHMAT['SHM_REMAP']!) !== 0,
  }
}

function exactly(count: number, args: string): string[] {
  const parts = splitArguments(args)
  if (parts.length !== count) throw new ArgumentError(`${count} argument${count === 1 ? '' : 's'}`, args)
  return parts
}

function permissionOf(bits: number): Permission {
  return bits & (READ | WRITE | EXECUTE)
}
