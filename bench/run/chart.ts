// The chart of cost against number of areas: a panel per question, a line per contender, both axes logarithmic.
import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

import { OURS, PEER_NAMES, RUST } from '../src/goals.ts'
import { QUESTIONS } from '../src/questions.ts'
import type { Measurement } from '../src/results.ts'

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

const PANELS = ['find-random', 'overlaps-random', 'map-unmap', 'unmap-split', 'protect-middle', 'find-free-end']
const COLUMNS = 3
const PANEL = { width: 330, height: 250, left: 60, top: 70, gapX: 60, gapY: 80 }
const CONTENDERS = [OURS, RUST, ...PEER_NAMES]
const COLOURS = ['#0b6e4f', '#c8553d', '#8d99ae', '#6d597a', '#b08968', '#adb5bd']

/** The chart of a run as SVG. */
export function drawChart(run: readonly Measurement[]): string {
  const rows = Math.ceil(PANELS.length / COLUMNS)
  const width = PANEL.left + COLUMNS * (PANEL.width + PANEL.gapX)
  const height = PANEL.top + rows * (PANEL.height + PANEL.gapY)
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  const places = PANELS.map((_, i) => ({ left: PANEL.left + (i % COLUMNS) * (PANEL.width + PANEL.gapX), top: PANEL.top + Math.floor(i / COLUMNS) * (PANEL.height + PANEL.gapY) }))
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: COLOURS,
    legend: { data: CONTENDERS, top: 8 },
    title: PANELS.map((name, i) => ({ text: `${QUESTIONS.find((question) => question.name === name)!.title}, ns`, left: places[i]!.left - 5, top: places[i]!.top - 28, textStyle: { fontSize: 13 } })),
    grid: places.map((place) => ({ ...place, width: PANEL.width, height: PANEL.height })),
    xAxis: PANELS.map((_, gridIndex) => ({ type: 'log', gridIndex, name: 'areas', nameLocation: 'middle', nameGap: 24, min: 10, max: 1_000_000, axisLabel: { formatter: short } })),
    yAxis: PANELS.map((_, gridIndex) => ({ type: 'log', gridIndex, axisLabel: { formatter: short } })),
    series: PANELS.flatMap((question, i) =>
      CONTENDERS.map((name, j) => ({
        name,
        type: 'line',
        xAxisIndex: i,
        yAxisIndex: i,
        lineStyle: { width: j === 0 ? 3 : 1.5 },
        symbolSize: 4,
        color: COLOURS[j]!,
        data: run.filter((item) => item.question === question && item.contender === name).map((item) => [item.size, item.median]),
      })),
    ),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

function short(value: number): string {
  return value >= 1e6 ? `${String(value / 1e6)}M` : value >= 1e3 ? `${String(value / 1e3)}k` : String(value)
}
