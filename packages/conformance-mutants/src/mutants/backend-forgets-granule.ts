import { backendMutant, pagedMock } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { PagedMock } from '../paged-mock.ts'

class Broken extends PagedMock {
  override readonly granule: bigint = 1n
}

export const forgetsGranule: Mutant = backendMutant({
  name: 'forgets-granule',
  fault: 'the backend works in pages but does not say so',
  meant: 'law/granule-stated',
}, () => new Broken(), { base: pagedMock })
