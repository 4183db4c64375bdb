// What a consumer's whole file looks like with vitest.
import { conformanceTests } from '@addrspace/conformance/vitest'
import { mock } from './fixtures/subjects.ts'

conformanceTests(mock)
