#!/usr/bin/env node
/**
 * The entrance of the command line. Everything else is imported from here on demand, so that it is taken from Node's
 * compile cache: without it, most of the start would be spent on stripping types.
 */

import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./program.ts')
await main(process.argv.slice(2))
