import { describe, expect, it } from 'vitest'

import { drawChart } from '../run/chart.ts'
import type { Measurement } from '../src/results.ts'

const measured = (contender: string, size: number, ns: number): Measurement => ({ question: 'map-unmap', subject: 'set', size, contender, unit: 'ns', median: ns, low: ns, high: ns })

describe('the chart', () => {
  it('is an SVG that names the questions and the contenders', () => {
    const svg = drawChart([measured('addrspace', 16, 500), measured('addrspace', 1000, 800), measured('Rust', 16, 90), measured('Rust', 1000, 1600)])
    expect(svg).toMatch(/^<svg /)
    for (const name of ['map one page, unmap it, ns', 'addrspace', 'Rust', 'sorted-btree']) expect(svg).toContain(`>${name}<`)
  })

  it('has a point for every measurement of a question that it shows', () => {
    const one = drawChart([measured('Rust', 16, 90)])
    const three = drawChart([measured('Rust', 16, 90), measured('Rust', 100, 400), measured('Rust', 1000, 1600)])
    const points = (svg: string): number => svg.split('stroke="#c8553d"').length
    expect(points(three) - points(one)).toBeGreaterThanOrEqual(2)
  })
})
