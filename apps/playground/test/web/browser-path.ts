/** Where the browser is. */

import { existsSync } from 'node:fs'

export const CHROMIUM = '/usr/bin/chromium'

/** Without it, tests of the page are skipped; where everything has to be there, they fail. */
export const hasBrowser: boolean = existsSync(CHROMIUM)
