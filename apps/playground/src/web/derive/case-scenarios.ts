/**
 * What a case of the suite does, as scenarios: the case is run on a subject that notes the operations, one scenario for each
 * instance that the case makes. Not all of what a case does can be said by a scenario (words written into memory, a
 * backend that fails more than once, callbacks that choose); instances of which that is so are left out.
 */

import { MockBackend, MockPageTable } from '@addrspace/backend-mock'
import { formatHeader, formatOp, runConformance, runPageTableConformance, type PageTableInstance, type ScenarioOp, type Subject } from '@addrspace/conformance'
import { PAGE_TABLE_SUBJECTS } from '@addrspace/conformance-mutants'
import { WORD_SPACE, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, type BackendAnswer, type MappingBackend, type MappingResult } from '@addrspace/memory-set'
import { parseFlags } from '@addrspace/page-table'
import { isPageTableCase } from '../../adapters/conformance-subjects.ts'

/** One of the scenarios of a case. */
export interface CaseScenario {
  /** Text of a scenario file. */
  readonly text: string
  /** Operations. */
  readonly count: number
}

/** More are alike, or random. */
const MOST_SCENARIOS = 12

/** A case that does more is one that makes its commands by chance, and stops here. */
const MOST_OPS = 60

/** So many instances are looked at. */
const MOST_INSTANCES = 400

/** Thrown through a case of which enough is known. */
class Enough extends Error {
  override readonly name = 'Enough'
}

/** Gives the scenarios of a case, in its order, alike ones once; none where a scenario cannot say what it does. */
export function scenariosOfCase(id: string): readonly CaseScenario[] {
  const recorder = new Recorder(id)
  try {
    if (isPageTableCase(id)) runPageTableConformance(tableSubject(recorder), { filter: (other) => other === id })
    else runConformance(setSubject(recorder), { filter: (other) => other === id })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return recorder.scenarios()
}

/** What one instance was told to do. */
class Recording {
  readonly ops: ScenarioOp[] = []
  /** False as soon as something happens that no operation says. */
  isSayable = true
  merge = false
  hasSet = false

  add(op: ScenarioOp): void {
    if (op.op === 'query' && this.#hasAsked(op.addr)) return
    if (this.ops.length === MOST_OPS) {
      this.isSayable = false
      throw new Enough()
    }
    this.ops.push(op)
  }

  /** Since anything was changed: the checks after a case ask again. */
  #hasAsked(addr: bigint): boolean {
    for (let index = this.ops.length - 1; index >= 0; index--) {
      const op = this.ops[index]!
      if (op.op !== 'query') return false
      if (op.addr === addr) return true
    }
    return false
  }
}

class Recorder {
  readonly #id: string
  readonly #all: Recording[] = []

  constructor(id: string) {
    this.#id = id
  }

  begin(): Recording {
    if (this.#all.length === MOST_INSTANCES) throw new Enough()
    const recording = new Recording()
    this.#all.push(recording)
    return recording
  }

  scenarios(): readonly CaseScenario[] {
    const texts = new Map<string, number>()
    for (const { ops, isSayable, merge } of this.#all) {
      if (!isSayable || ops.length === 0 || texts.size === MOST_SCENARIOS) continue
      const header = formatHeader({ name: `case ${this.#id}`, backend: 'mock', ...(merge && { merge }) })
      texts.set([header, ...ops.map(formatOp), ''].join('\n'), ops.length)
    }
    return Array.from(texts, ([text, count]) => ({ text, count }))
  }
}

/** Whole pages of the half that every machine has, so that the scenario runs on each of them. */
const SPACE = { start: 0n, end: 1n << 38n }
const PAGE = 0x1000n

/** Letters in the order of the manifest; 0 looks like nothing and is an ordinary value. */
const LETTERS = ['rwu', 'r', '', 'rxu'] as const

function setSubject(recorder: Recorder): Subject<number, MockPageTable> {
  const [first, second, ...others] = LETTERS.map((letters): number => parseFlags(letters))
  let recording = new Recording()
  return {
    name: 'recorder',
    manifest: { granule: PAGE, space: SPACE, flags: [first!, second!, ...others], hasTable: true, canRefuse: true, isLazy: false, isTransactional: false, canMerge: true, takesWideRanges: true },
    create() {
      recording = recorder.begin()
      const pageTable = new MockPageTable()
      return { pageTable, backend: new PagedMock(recording), runs: () => pageTable.runs }
    },
    createSet: (options) => new RecordingSet(recording, options),
  }
}

/** The mock, which takes whole pages only. What a case asks of it directly is noted as what a set would be asked. */
class PagedMock extends MockBackend {
  readonly granule = PAGE
  readonly #recording: Recording

  constructor(recording: Recording) {
    super()
    this.#recording = recording
  }

  override map(start: VirtAddr, size: bigint, flags: number, pageTable: MockPageTable): BackendAnswer {
    const letters = lettersOf(flags)
    if (letters !== undefined) this.#note({ op: 'map', start, size, flags: letters })
    return super.map(start, size, flags, pageTable)
  }

  override unmap(start: VirtAddr, size: bigint, pageTable: MockPageTable): BackendAnswer {
    this.#note({ op: 'unmap', start, size })
    return super.unmap(start, size, pageTable)
  }

  override protect(start: VirtAddr, size: bigint, newFlags: number, pageTable: MockPageTable): BackendAnswer {
    const letters = lettersOf(newFlags)
    if (letters !== undefined) this.#note({ op: 'protect', start, size, flags: letters, holes: 'refuse' })
    return super.protect(start, size, newFlags, pageTable)
  }

  #note(op: ScenarioOp): void {
    if (!this.#recording.hasSet) this.#recording.add(op)
  }
}

type SetOptions = ConstructorParameters<typeof MemorySet<number, MockPageTable>>[0]
type Backend = MappingBackend<number, MockPageTable>

/** A set that notes what it is told to do. */
class RecordingSet extends MemorySet<number, MockPageTable> {
  readonly #recording: Recording
  /** The first is taken for memory that is there at once, the second for memory on demand: areas of theirs do not merge. */
  readonly #backends: Backend[] = []

  constructor(recording: Recording, options: SetOptions) {
    super(options)
    this.#recording = recording
    // A scenario has one set.
    if (recording.hasSet || recording.ops.length > 0) recording.isSayable = false
    recording.hasSet = true
    recording.merge = options.merge === 'equal-neighbours'
  }

  override map(start: VirtAddr, size: bigint, flags: number, backend: Backend, options: Parameters<MemorySet<number, MockPageTable>['map']>[4] = {}): MappingResult {
    if (!this.#backends.includes(backend)) this.#backends.push(backend)
    const place = this.#backends.indexOf(backend)
    const letters = lettersOf(flags)
    if (place > 1 || backend.granule !== PAGE || letters === undefined || options.guards !== undefined) this.#recording.isSayable = false
    else this.#recording.add({ op: 'map', start, size, flags: letters, ...(place === 1 && { backing: 'demand' as const }), ...(options.onOverlap !== undefined && { onOverlap: options.onOverlap }) })
    return this.#checked(() => super.map(start, size, flags, backend, options))
  }

  override unmap(start: VirtAddr, size: bigint): MappingResult {
    this.#recording.add({ op: 'unmap', start, size })
    return this.#checked(() => super.unmap(start, size))
  }

  override protect(start: VirtAddr, size: bigint, update: Parameters<MemorySet<number, MockPageTable>['protect']>[2], options: Parameters<MemorySet<number, MockPageTable>['protect']>[3] = {}): MappingResult {
    const given = new Set<number | undefined>()
    const result = this.#checked(() => super.protect(start, size, (flags, area) => {
      const changed = update(flags, area)
      given.add(changed)
      return changed
    }, options))
    // Where nothing is mapped nobody was asked; any flags say the same.
    const [flags = 0, ...others] = given
    const letters = lettersOf(flags)
    if (others.length > 0 || given.has(undefined) || letters === undefined) this.#recording.isSayable = false
    else this.#recording.add({ op: 'protect', start, size, flags: letters, ...(options.holes !== undefined && { holes: options.holes }) })
    return result
  }

  override clear(): MappingResult {
    this.#recording.add({ op: 'clear' })
    return this.#checked(() => super.clear())
  }

  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    this.#recording.add({ op: 'begin' })
    let isDone = false
    try {
      const result = super.transaction(fn)
      isDone = result.ok
      return result
    } finally {
      this.#recording.add({ op: isDone ? 'commit' : 'rollback' })
    }
  }

  override findFreeArea(size: bigint, options: Parameters<MemorySet<number, MockPageTable>['findFreeArea']>[1] = {}): VirtAddr | undefined {
    const { hint, limit, align, alignOffset, direction, gap } = options
    // A mistake of the caller is thrown, and is no operation.
    const found = super.findFreeArea(size, options)
    if (alignOffset !== undefined && alignOffset !== 0n) this.#recording.isSayable = false
    else {
      this.#recording.add({
        op: 'findFree', size, align: align ?? 1n, limit: limit === undefined ? [0n, WORD_SPACE] : [limit.start, limit.end],
        ...(hint !== undefined && { hint }), ...(direction !== undefined && { direction }), ...(gap !== undefined && { gap }),
      })
    }
    return found
  }

  /** A failure that the case has arranged is not in the operations. */
  #checked(work: () => MappingResult): MappingResult {
    let result: MappingResult | undefined
    try {
      result = work()
      return result
    } finally {
      if (result === undefined || (!result.ok && ['backend-refused', 'undo-refused', 'untrusted'].includes(result.error.reason))) this.#recording.isSayable = false
    }
  }
}

/** Of flags of the manifest. */
function lettersOf(flags: number): string | undefined {
  return LETTERS.find((letters) => parseFlags(letters) === flags)
}

type TableSubject = (typeof PAGE_TABLE_SUBJECTS)[number]

/** The table of x86-64, which can do all that a case may ask for. */
function tableSubject(recorder: Recorder): TableSubject {
  const subject = PAGE_TABLE_SUBJECTS.find(({ name }) => name === 'x86-64')!
  return { ...subject, create: (options) => recorded(subject.create(options), recorder.begin()) }
}

/** What reads a table without being part of what the case does to it. */
const SILENT: ReadonlySet<PropertyKey> = new Set(['leaves', 'dispose', 'memory', 'frames'])

function recorded(table: PageTableInstance, recording: Recording): PageTableInstance {
  const notes: Partial<PageTableInstance> = {
    map(start, size, paddr, flags) {
      recording.add({ op: 'map', start, size, flags, backing: { linear: paddr } })
      return table.map(start, size, paddr, flags)
    },
    unmap(start, size, options) {
      recording.add({ op: 'unmap', start, size })
      return table.unmap(start, size, options)
    },
    protect(start, size, flags, options) {
      recording.add({ op: 'protect', start, size, flags, ...(options?.holes !== 'skip' && { holes: 'refuse' as const }) })
      return table.protect(start, size, flags, options)
    },
    query(addr) {
      recording.add({ op: 'query', addr })
      return table.query(addr)
    },
    translate(addr, access, mode, controls) {
      if (controls === undefined || Object.keys(controls).length === 0) recording.add({ op: 'translate', addr, access, mode })
      else recording.isSayable = false
      return table.translate!(addr, access, mode, controls)
    },
    begin() {
      recording.add({ op: 'begin' })
      table.begin!()
    },
    commit() {
      recording.add({ op: 'commit' })
      table.commit!()
    },
    rollback() {
      recording.add({ op: 'rollback' })
      table.rollback!()
    },
  }
  return new Proxy(table, {
    get(target, name) {
      const note: unknown = Reflect.get(notes, name)
      if (note !== undefined && name in target) return note
      const value: unknown = Reflect.get(target, name)
      if (name === 'memory' && value !== undefined) return watchedMemory(value as NonNullable<PageTableInstance['memory']>, recording)
      if (name === 'frames' && value !== undefined) return watchedFrames(value as NonNullable<PageTableInstance['frames']>, recording)
      if (typeof value === 'function' && !SILENT.has(name)) recording.isSayable = false
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function watchedMemory(memory: NonNullable<PageTableInstance['memory']>, recording: Recording): NonNullable<PageTableInstance['memory']> {
  return {
    roots: memory.roots,
    scratch: memory.scratch,
    readWord: (paddr) => memory.readWord(paddr),
    writeWord(paddr, word) {
      recording.isSayable = false
      memory.writeWord(paddr, word)
    },
    words: () => memory.words(),
  }
}

function watchedFrames(frames: NonNullable<PageTableInstance['frames']>, recording: Recording): NonNullable<PageTableInstance['frames']> {
  return {
    inUse: () => frames.inUse(),
    failAfter(count) {
      if (count !== undefined) recording.isSayable = false
      frames.failAfter(count)
    },
  }
}
