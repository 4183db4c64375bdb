export { runConformance, registerConformance, conformanceCases } from './suite.ts'
export type { CaseFilter, CaseReport, CaseStatus, TestRunner } from './suite.ts'
export type { Capabilities, KnownFailure, Manifest, SetOptions, Subject, SubjectInstance, TableRun } from './subject.ts'
export type { CaseContext, ConformanceCase } from './case.ts'
export { Bench } from './bench.ts'
export type { BenchSetOptions, Piece, State } from './bench.ts'
export type { BackendCall } from './internal/gated-backend.ts'
export { CheckFailure } from './check.ts'

export { pageTableCases, registerPageTableConformance, runPageTableConformance } from './page-table/suite.ts'
export type {
  ChangeOfTable, EntryCodec, GoldenWord, PageTableFeatures, PageTableInstance, PageTableManifest, PageTableOptionsOfCase,
  PageTableSubject, TableAccess, TableControls, TableEntryRecord, TableEvent, TableFault, TableFrames, TableLeaf, TableMapping,
  TableMemory, TableMode, TableOutcome, TableRefusal, TableTranslation, WordWrite,
} from './page-table/subject.ts'
export type { PageTableCase, PageTableCaseContext } from './page-table/case.ts'
export { TableBench } from './page-table/bench.ts'
export type { Image, TableBenchOptions } from './page-table/bench.ts'

export { parseScenarios } from './scenario/parse.ts'
export { formatHeader, formatOp, formatScenarios, toJson } from './scenario/write.ts'
export type { ScenarioValue } from './scenario/write.ts'
export { ScenarioError } from './scenario/error.ts'
export { bitsPermit, FLAG_LETTERS, flagBits, formatFlagLetters, tryFlagBits, tryParseFlagLetters } from './scenario/flags.ts'
export type { FlagsText } from './scenario/flags.ts'
export { shownJson } from './scenario/shown-json.ts'
export { DEFAULT_MEMORY, SCENARIO_BACKENDS } from './scenario/scenario.ts'
export type {
  Backing, FaultOp, FindFreeOp, FindOp, JsonValue, MapOp, OverlapsOp, PlainOp, ProtectOp, QueryOp, Scenario, ScenarioAccess,
  ScenarioBackendName, ScenarioFailure, ScenarioHeader, ScenarioMemory, ScenarioMode, ScenarioOp, TranslateControls, TranslateOp,
  UnmapOp,
} from './scenario/scenario.ts'
export type { ScenarioBackend, ScenarioOptions, ScenarioSubject, TranslateRequest } from './scenario/backend.ts'
export { scenarioRunner } from './scenario/run.ts'
export type { ScenarioRunner } from './scenario/run.ts'
export { formatOpResult, formatSummary } from './scenario/result.ts'
export type { OpResult, ScenarioSummary, TableSummary } from './scenario/result.ts'
export { matchesExpectation } from './scenario/compare.ts'

export { reportVectors, runVectors, VECTOR_FORMAT } from './vectors/runner.ts'
export type {
  VectorAccess, VectorAnswer, VectorControls, VectorEntry, VectorMapping, VectorMemory, VectorMode, VectorResult, VectorSubject, VectorTable,
  VectorUpdate, VectorWalk,
} from './vectors/runner.ts'
export { lintVectors, VECTOR_INDEX, VECTORS_SIZE_LIMIT } from './vectors/lint.ts'
export type { VectorFile } from './vectors/lint.ts'
