// Loaded before a command: writes to descriptor 3, at the end, how much memory it had at most, in KiB.
import { writeSync } from 'node:fs'

process.on('exit', () => void writeSync(3, String(process.resourceUsage().maxRSS)))
