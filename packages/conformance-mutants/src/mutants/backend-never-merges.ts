import { MockBackend } from '@addrspace/backend-mock'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  canMerge(): boolean {
    return false
  }
}

export const neverMerges: Mutant = backendMutant({
  name: 'never-merges',
  fault: 'the backend forbids merging although its manifest allows it',
  meant: 'set/merge-on',
}, () => new Broken())
