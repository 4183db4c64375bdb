/** On which machines a run goes through: each in turn, in a worker of their own. */

import { useEffect, useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import { BACKEND_NAMES, backendTitle, type BackendName } from '../derive/backends.ts'
import type { TraceRun } from '../derive/trace-run.ts'
import type { OpenTrace } from '../trace-store.ts'
import './trace-machines.css'

/** What is known of one backend. */
type Known =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly percent: number }
  | { readonly kind: 'problem'; readonly message: string }
  | TraceRun

/** Runs that are done, by trace: going to another view and back does not run them again. */
const done = new WeakMap<OpenTrace, Map<BackendName, Known>>()

export function TraceMachines({ trace }: { readonly trace: OpenTrace }) {
  const { background } = usePage()
  const [known, setKnown] = useState<ReadonlyMap<BackendName, Known>>(new Map())
  useEffect(() => {
    const controller = new AbortController()
    const results = done.get(trace) ?? new Map<BackendName, Known>()
    done.set(trace, results)
    const show = (backend: BackendName, now: Known): void => {
      if (!controller.signal.aborted) setKnown(new Map(results).set(backend, now))
    }
    setKnown(new Map(results))
    void (async () => {
      for (const backend of BACKEND_NAMES) {
        if (results.has(backend)) continue
        show(backend, { kind: 'running', percent: 0 })
        const onProgress = ({ done: read, total }: { readonly done: number; readonly total: number }): void => show(backend, { kind: 'running', percent: Math.floor((100 * read) / total) })
        try {
          results.set(backend, await background.ask('traceRun', { files: trace.files, backend, addressBits: trace.timeline.addressBits }, { signal: controller.signal, onProgress }))
        } catch (error) {
          if (controller.signal.aborted) return
          results.set(backend, { kind: 'problem', message: error instanceof Error ? error.message : String(error) })
        }
        setKnown(new Map(results))
      }
    })()
    return () => controller.abort()
  }, [trace, background])
  return (
    <div class="trace-machines" tabIndex={0} role="region" aria-label="Machines, table">
      <table>
        <thead><tr><th scope="col">Machine</th><th scope="col">Result</th><th scope="col">Areas</th><th scope="col">Out of place</th></tr></thead>
        <tbody>
          {BACKEND_NAMES.map((backend) => {
            const now = known.get(backend) ?? { kind: 'waiting' }
            return (
              <tr key={backend}>
                <th scope="row">{backendTitle(backend)}</th>
                <td><Verdict now={now} isList={trace.files.log === undefined} /></td>
                <td>{now.kind === 'ran' ? now.report.areas : ''}</td>
                <td>{now.kind === 'ran' ? now.report.violations.length : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Verdict({ now, isList }: { readonly now: Known; readonly isList: boolean }) {
  switch (now.kind) {
    case 'waiting': return <span class="trace-machines-dim">waiting</span>
    case 'running': return <span class="trace-machines-dim">{now.percent} %</span>
    case 'problem': return <span class="status status--refused">{now.message}</span>
    case 'too-wide': return <span class="trace-machines-dim">does not fit: addresses of {now.needs} bits, and it has {now.has}</span>
    case 'ran': {
      const { match, differences, violations, kernelAreas } = now.report
      if (!match) return <span class="status status--refused">{differences.length > 0 ? `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'} from the kernel` : violations[0]!.detail}</span>
      return <span class="status status--done">{isList ? 'fits' : kernelAreas === null ? 'runs' : 'ends as the kernel says'}</span>
    }
  }
}
