// Loaded before a command: writes to descriptor 3, at the end, how much memory it had at most, in KiB, and how
// many milliseconds its main thread waited for a processor.
import { writeSync } from 'node:fs'

import { waited } from '../src/waiting.ts'

process.on('exit', () => void writeSync(3, `${String(process.resourceUsage().maxRSS)} ${String(waited())}`))
