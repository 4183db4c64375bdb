/** How a report looks: by day and by night, on paper, on a narrow screen. */

export const STYLE: string = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --dim: #5b636d; --line: #d5dae0; --band: #f4f6f8; --link: #0a58b8; --pass: #12692f; --fail: #b3151c; --known: #7d5200; --fail-back: #fdeaea; --known-back: #fdf3dc }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #e3e7ec; --dim: #a0a9b4; --line: #353c45; --band: #1d232a; --link: #7db7ff; --pass: #68cf87; --fail: #ff9a9a; --known: #eab95a; --fail-back: #3b1a1d; --known-back: #362b12 } }
body { margin: 0 auto; padding: 1.5rem; max-width: 110rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line) }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem }
a { color: var(--link) }
code, pre { font: .9em/1.45 ui-monospace, monospace }
pre { margin: .5rem 0; padding: .6rem .8rem; background: var(--band); white-space: pre-wrap; overflow-wrap: anywhere }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: .5rem 0 }
caption { text-align: left; color: var(--dim); padding-bottom: .3rem }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { border-bottom-width: 2px; vertical-align: bottom }
tbody tr:nth-child(even) { background: var(--band) }
tbody th { font-weight: 400; min-width: 16rem; max-width: 34rem }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
td ul { margin: 0; padding-left: 1.1rem }
td.guards { min-width: 16rem; max-width: 32rem }
.dim, .law { color: var(--dim) }
.law { font-size: .9em }
.pass { color: var(--pass) }
.fail, .known { font-weight: 700 }
.fail { color: var(--fail) }
.known { color: var(--known) }
td.fail { background: var(--fail-back) }
td.known { background: var(--known-back) }
td.fail a, td.known a { color: inherit }
section.finding { border-left: .3rem solid var(--line); padding-left: 1rem; margin: 1rem 0 }
section.finding.is-fail { border-color: var(--fail) }
section.finding.is-known { border-color: var(--known) }
section.finding h3 { margin-top: 0 }
summary { cursor: pointer }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
@media (max-width: 40rem) { body { padding: .75rem } }
@media print { .scroll { overflow: visible } nav { display: none } }
`.trim()
