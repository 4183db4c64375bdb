/** Starts the page, with what the address says. */

import { render } from 'preact'
import { App } from './app.tsx'
import { readPermalink } from './permalink.ts'
import './styles/tokens.css'
import './styles/base.css'

const link = await readPermalink(location.hash)
render(<App link={link} frame={new URLSearchParams(location.search).has('embed') ? 'none' : 'page'} />, document.getElementById('app')!)
