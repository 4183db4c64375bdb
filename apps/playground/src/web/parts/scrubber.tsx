/** Moves through time: to either end, a step back or forth, anywhere by a slider, or on and on by itself. */

import { useEffect, useState } from 'preact/hooks'
import './scrubber.css'

interface ScrubberProps {
  /** From 0 to `last`. */
  readonly count: number
  readonly last: number
  /** What has been done last, for those who hear the slider. */
  readonly text: string
  readonly onMove: (count: number) => void
  /** What is counted; default `Operations carried out`. */
  readonly label?: string
  /** Steps in a second, from which one chooses; the first is the one to begin with. */
  readonly speeds?: readonly number[]
}

const SPEEDS = [1, 4, 16] as const

/** Faster than the eye follows, steps are taken together. */
const FRAMES = 16

export function Scrubber({ count, last, text, onMove, label = 'Operations carried out', speeds = SPEEDS }: ScrubberProps) {
  const [isPlaying, setIsPlaying] = useState(false)
  const [speed, setSpeed] = useState(speeds[0]!)
  useEffect(() => {
    if (!isPlaying) return undefined
    if (count >= last) {
      setIsPlaying(false)
      return undefined
    }
    const steps = Math.max(1, Math.round(speed / FRAMES))
    const timer = setTimeout(() => onMove(Math.min(count + steps, last)), (1000 * steps) / speed)
    return () => clearTimeout(timer)
  }, [isPlaying, speed, count, last])
  const play = (): void => {
    if (!isPlaying && count >= last) onMove(0)
    setIsPlaying(!isPlaying)
  }
  return (
    <div class="scrubber" role="group" aria-label="Time">
      <input class="scrubber-slider" type="range" min={0} max={last} value={count} aria-label={label} aria-valuetext={text} onInput={(event) => onMove(event.currentTarget.valueAsNumber)} />
      <div class="scrubber-buttons">
        <Step label="To the beginning" sign="|◀" isDisabled={count === 0} onClick={() => onMove(0)} />
        <Step label="One step back" sign="◀" isDisabled={count === 0} onClick={() => onMove(count - 1)} />
        <button type="button" class="button button--primary scrubber-play" disabled={last === 0} onClick={play}>{isPlaying ? 'Pause' : 'Play'}</button>
        <Step label="One step forth" sign="▶" isDisabled={count >= last} onClick={() => onMove(count + 1)} />
        <Step label="To the end" sign="▶|" isDisabled={count >= last} onClick={() => onMove(last)} />
        <label class="scrubber-speed">
          <span>Speed</span>
          <select value={String(speed)} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
            {speeds.map((each) => <option key={each} value={each}>{each} in a second</option>)}
          </select>
        </label>
      </div>
    </div>
  )
}

interface StepProps {
  readonly label: string
  readonly sign: string
  readonly isDisabled: boolean
  readonly onClick: () => void
}

function Step({ label, sign, isDisabled, onClick }: StepProps) {
  return <button type="button" class="button scrubber-step" aria-label={label} title={label} disabled={isDisabled} onClick={onClick}><span aria-hidden="true">{sign}</span></button>
}
