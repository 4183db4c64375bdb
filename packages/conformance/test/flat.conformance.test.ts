// What the whole file of a consumer with a page table looks like with vitest.
import { pageTableTests } from '@addrspace/conformance/vitest'
import { flat } from './fixtures/flat-table.ts'

pageTableTests(flat)
