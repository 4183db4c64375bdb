/** Break it: let something fail in the middle of an operation, or turn on a mutant, and watch what catches it. */

import { useEffect, useState } from 'preact/hooks'
import { BREAK_EXAMPLES } from '../break-examples.ts'
import { useDerived, usePage } from '../context.ts'
import { backendTitle } from '../derive/backends.ts'
import { FailureChoice } from '../parts/failure-choice.tsx'
import { FailureStory } from '../parts/failure-story.tsx'
import { MachineSelect } from '../parts/machine-select.tsx'
import { MutantChoice } from '../parts/mutant-choice.tsx'
import { MutantReport } from '../parts/mutant-report.tsx'
import { useLongJob } from '../long-job.ts'
import './break.css'

export function BreakView() {
  return (
    <div class="break">
      <h2>Break it</h2>
      <Failing />
      <Mutants />
    </div>
  )
}

function Failing() {
  const { state, dispatch } = usePage()
  const { scenario, backend } = state
  const failure = useDerived('failure', { scenario, backend })
  const report = failure.value?.report
  const isChosen = scenario.header.fail !== undefined
  return (
    <section class="break-part" aria-label="Fail something half way">
      <h3>Fail something half way</h3>
      <p>An operation does all or nothing: when a frame is missing or a backend refuses in the middle, what was done is undone.</p>
      <div class="break-examples" role="group" aria-label="Examples of failures">
        <span class="break-note" aria-hidden="true">Try:</span>
        {BREAK_EXAMPLES.map(({ title, text }) => (
          <button key={title} type="button" class="button" aria-pressed={scenario.header.name === title} onClick={() => dispatch({ kind: 'scenario-opened', text })}>{title}</button>
        ))}
      </div>
      <div class="break-choices">
        <MachineSelect among="all" value={backend} />
        <FailureChoice backend={backend} totals={failure.value?.totals} />
      </div>
      {failure.error !== undefined && <p class="break-problem" role="alert">{backendTitle(backend)} cannot run this scenario: {failure.error}</p>}
      <div class="break-story" aria-busy={failure.isStale}>
        {!isChosen && <p class="break-note">{scenario.header.name === undefined ? 'The scenario' : `“${scenario.header.name}”`} runs as it is. Choose what goes wrong, or an example.</p>}
        {isChosen && report === undefined && failure.value !== undefined && !failure.isStale && <p role="status">{backendTitle(backend)} does not come so far: nothing fails.</p>}
        {isChosen && report !== undefined && <FailureStory report={report} />}
      </div>
    </section>
  )
}

const NOTHING = {}

function Mutants() {
  const { state: { mutant: name }, dispatch } = usePage()
  const mutants = useDerived('mutants', NOTHING)
  const job = useLongJob('mutant')
  const [shown, setShown] = useState<string>()
  useEffect(() => {
    if (name === undefined || name === shown) return
    setShown(name)
    job.begin({ name })
  }, [name])
  const mutant = mutants.value?.find((candidate) => candidate.name === name)
  return (
    <section class="break-part" aria-label="Turn on a mutant">
      <h3>Turn on a mutant</h3>
      <p>A mutant is a set, a backend or a page table with one seeded fault, most of them bugs that real ones have had. The conformance suite must notice each.</p>
      {mutants.error !== undefined && <p class="break-problem" role="alert">{mutants.error}</p>}
      {mutants.value === undefined && mutants.error === undefined && <p class="break-note">Loading …</p>}
      {mutants.value !== undefined && (
        <MutantChoice
          mutants={mutants.value}
          chosen={name}
          onChoose={(chosen) => {
            dispatch({ kind: 'mutant-chosen', mutant: chosen })
            if (chosen === name) job.begin({ name: chosen })
          }}
        />
      )}
      {job.error !== undefined && <p class="break-problem" role="alert">{job.error}</p>}
      {mutant !== undefined && <MutantReport mutant={mutant} progress={job.value ?? job.progress} isRunning={job.isRunning} isStopped={job.isStopped} onStop={job.cancel} onRun={() => job.begin({ name: mutant.name })} />}
    </section>
  )
}
