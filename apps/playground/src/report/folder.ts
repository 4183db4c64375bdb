/**
 * The folder of a report: made and looked at before the work begins, so that an hour's run is not lost to a folder that
 * cannot be written to, and filled at its end.
 */

import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../cli/failure.ts'
import { attempt, makeFolder, userPath } from '../cli/files.ts'
import type { Output } from '../cli/output.ts'
import { htmlPage } from './html.ts'
import { junitXml } from './junit.ts'
import type { Report } from './report.ts'

const PAGE = 'index.html'
const JUNIT = 'junit.xml'

/** A folder that takes a report. */
export interface ReportFolder {
  /**
   * Writes the files, over those of an earlier report, and tells their names, unless nothing but JSON is to be told.
   *
   * @throws InputError if the system refuses.
   */
  write(report: Omit<Report, 'date'>, told: { readonly json?: boolean }, output: Output): void
}

/**
 * Makes the folder, unless it is there.
 *
 * @throws InputError if it cannot be made, or not be written to.
 */
export function openReport(folder: string): ReportFolder {
  if (folder === '') throw new InputError('--report must name a folder')
  makeFolder(folder)
  attempt(folder, () => accessSync(userPath(folder), constants.W_OK | constants.X_OK))
  const [page, junit] = [join(folder, PAGE), join(folder, JUNIT)]
  for (const file of [page, junit]) {
    attempt(file, () => {
      const stats = statSync(userPath(file), { throwIfNoEntry: false })
      if (stats?.isDirectory() === true) throw new InputError(`${file}: is a folder, not a file`)
      if (stats !== undefined) accessSync(userPath(file), constants.W_OK)
    })
  }
  return {
    write(told, { json = false }, output) {
      const report: Report = { ...told, date: new Date() }
      // What was found is told before anything can go wrong with the files.
      output.flush()
      attempt(page, () => writeFileSync(userPath(page), htmlPage(report)))
      attempt(junit, () => writeFileSync(userPath(junit), junitXml(report)))
      if (!json) output.line(`Report: ${page}, ${junit}`)
    },
  }
}
