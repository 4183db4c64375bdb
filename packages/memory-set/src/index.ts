export { MemorySet } from './set.ts'
export { type MapOptions, type MemorySetOptions, type ProtectOptions } from './options.ts'
export { MemorySetSnapshot } from './snapshot.ts'
export { type AreaQueries, type FindFreeOptions } from './queries.ts'
export { MemoryArea } from './area.ts'
export {
  type Access,
  type BackendAnswer,
  type BackendRefusal,
  type FaultAnswer,
  type MappingBackend,
  type RefusalReason,
  type TransactionalPageTable,
} from './backend.ts'
export {
  MappingError,
  unwrap,
  type MappingErrorCode,
  type MappingErrorDetails,
  type MappingErrorReason,
  type MappingResult,
} from './errors.ts'
export { type Guards } from './internal/attributes.ts'
