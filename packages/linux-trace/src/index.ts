export { formatMapsArea, formatMapsFile, parseMapsFile, type MapsArea } from './maps-file.ts'
export { parseStraceLine, type CallOutcome, type StraceRecord } from './strace-log.ts'
export { LineSplitter, MAX_LINE_LENGTH, type TextSource } from './lines.ts'
export {
  isMemoryCall,
  parseMemoryCall,
  type BrkCall,
  type MemoryCall,
  type MmapCall,
  type MprotectCall,
  type MremapCall,
  type MunmapCall,
  type ShmatCall,
  type ShmdtCall,
  type ShmgetCall,
} from './memory-call.ts'
export { EXECUTE, formatPermission, READ, WRITE, type Permission } from './permission.ts'
export { type AreaFlags } from './area-flags.ts'
export { AreaBackend, type AreaKind, type AreaSource } from './area-backend.ts'
export { type ChosenPlace, type ReplayedCall, type ReplayObserver, type ReplayTarget, type Span } from './traced-space.ts'
export {
  compareWithKernel,
  permissionRanges,
  type Difference,
  type PermissionRange,
  type ReplayedRange,
} from './compare.ts'
export { type CheckedRule, type Violation } from './checks.ts'
export {
  Replay,
  replayTrace,
  type KernelLists,
  type ReplayReport,
  type ReportedDifference,
  type Trace,
} from './replay.ts'
export { choosePlace, findMmapLayout, type FreeSpace, type MmapLayout, type PlaceRequest } from './address-rule.ts'
export { Prediction, type Misprediction, type PredictionOptions, type PredictionReport } from './prediction.ts'
export { measureParity, type MergeReport, type ParityReport } from './parity.ts'
export { ReplayError, TraceInputError, type SourceLine } from './errors.ts'
export { Touching, type TableRule, type TableViolation, type TouchingOptions } from './touching.ts'
