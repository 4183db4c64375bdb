export { PhysMemory, type FrameGroups, type MemorySource, type PhysMemoryOptions, type WordKernel } from './phys-memory.ts'
export { BitmapAllocator, type FrameAllocator } from './frame-allocator.ts'
export {
  ACCESS,
  ALL_FLAGS,
  checkFlags,
  DEVICE,
  EXECUTE,
  formatFlags,
  GLOBAL,
  hasFlags,
  NONE,
  parseFlags,
  permits,
  READ,
  UNCACHED,
  unionOf,
  USER,
  without,
  WRITE,
  type MappingFlags,
} from './flags.ts'
export { Geometry, type GeometryNumbers } from './geometry.ts'
export { checkLayout, drawLayout, nameBits, type EntryLayout, type LayoutBits } from './layout.ts'
export {
  ABSENT,
  HIDDEN,
  INVALID,
  LEAF,
  TABLE,
  type AbsentEntry,
  type Access,
  type AccessVerdict,
  type ControlChoices,
  type EntryClass,
  type FaultReason,
  type Grant,
  type InvalidEntry,
  type LeafEntry,
  type Mode,
  type PteEntry,
  type PteFormat,
  type TableEntry,
  type WalkedPath,
} from './format.ts'
export { type BreakStep, type Invalidations, type InvalidationSink, type StaleRange } from './invalidation.ts'
export { PageTableError, type PageTableErrorDetails, type PageTableReason, type PageTableResult } from './errors.ts'
export { type LeafRun, type LeavesOptions } from './leaves.ts'
export { type Fault, type Translated, type Translation, type WalkStep, type WordUpdate } from './walk.ts'
export { ReadableTables, type Mapping } from './readable-tables.ts'
export { PageTableView, type PageTableViewOptions } from './page-table-view.ts'
export { PageTable, type ChangeOptions, type MapRangeOptions, type PageTableOptions } from './page-table.ts'
export { type Transfer } from './transfer.ts'
