/** All of a scenario's time as a picture: how many areas and frames there are, and where something was refused. */

import type { Timeline } from '../derive/timeline.ts'
import './timeline-chart.css'

interface TimelineChartProps {
  readonly timeline: Timeline
  /** The place looked at. */
  readonly count: number
  readonly onPick: (count: number) => void
}

const WIDTH = 1000
const HEIGHT = 90
/** More points than that nobody sees apart. */
const MOST_POINTS = 1000
const MOST_MARKS = 300

export function TimelineChart({ timeline: { areas, frames, refused }, count, onPick }: TimelineChartProps) {
  const last = areas.length - 1
  const at = (index: number): number => (last === 0 ? 0 : (index / last) * WIDTH)
  const pick = (event: MouseEvent & { readonly currentTarget: SVGSVGElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    onPick(Math.round(((event.clientX - left) / width) * last))
  }
  return (
    <figure class="timeline-chart">
      {/* The slider below says and does the same. */}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={labelOf({ areas, frames, refused })} onClick={pick}>
        {frames !== undefined && <path class="timeline-chart-frames" d={`${stepsOf(frames, at)}V${HEIGHT}H0Z`} vector-effect="non-scaling-stroke" />}
        <path class="timeline-chart-areas" d={stepsOf(areas, at)} vector-effect="non-scaling-stroke" />
        {Array.from(thinned(refused, MOST_MARKS), (index) => <line key={index} class="timeline-chart-refused" x1={at(index + 1)} x2={at(index + 1)} y1={HEIGHT - 14} y2={HEIGHT} vector-effect="non-scaling-stroke" />)}
        <line class="timeline-chart-now" x1={at(count)} x2={at(count)} y1={0} y2={HEIGHT} vector-effect="non-scaling-stroke" />
      </svg>
      <figcaption>
        <span class="timeline-chart-key timeline-chart-key--areas">areas, at most {highest(areas)}</span>
        {frames !== undefined && <span class="timeline-chart-key timeline-chart-key--frames">frames, at most {highest(frames)}</span>}
        {refused.length > 0 && <span class="timeline-chart-key timeline-chart-key--refused">{refused.length} refused</span>}
      </figcaption>
    </figure>
  )
}

function labelOf({ areas, frames, refused }: Timeline): string {
  const framesText = frames === undefined ? '' : `, frames from ${frames[0]!} to ${frames.at(-1)!}, at most ${highest(frames)}`
  return `Over ${areas.length - 1} operations: areas from 0 to ${areas.at(-1)!}, at most ${highest(areas)}${framesText}; ${refused.length} refused`
}

/** A line that steps at each operation; of many operations, those that fall together as their highest. */
function stepsOf(values: Uint32Array, at: (index: number) => number): string {
  const top = Math.max(1, highest(values))
  const y = (value: number): string => (HEIGHT - 4 - (value / top) * (HEIGHT - 10)).toFixed(1)
  const stride = Math.ceil(values.length / MOST_POINTS)
  let path = `M0,${y(values[0]!)}`
  for (let index = stride; index < values.length; index += stride) path += `H${at(index).toFixed(1)}V${y(highest(values.subarray(index, index + stride)))}`
  return `${path}H${WIDTH}`
}

function thinned(values: Uint32Array, most: number): Uint32Array {
  const stride = Math.ceil(values.length / most)
  return stride <= 1 ? values : values.filter((_, index) => index % stride === 0)
}

function highest(values: Uint32Array): number {
  return values.reduce((high, value) => Math.max(high, value), 0)
}
