import { describe, expect, it } from 'vitest'
import { closingLine, explainSkip, judgeSkips, sumTallies, tallyReport } from '../lib/test-report.ts'

const test = (fullName: string, status: string) => ({ fullName, status })

describe('tallyReport', () => {
  it('counts a file that could not be loaded as one failed test', () => {
    const report = { success: false, testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] }
    expect(tallyReport(report)).toEqual({ passed: 0, failed: 1, skipped: [] })
  })

  it('counts a file with failed tests by its tests only', () => {
    const assertionResults = [test('a 1', 'failed'), test('a 2', 'failed'), test('a 3', 'passed')]
    const report = { success: false, testResults: [{ name: 'a', status: 'failed', assertionResults }] }
    expect(tallyReport(report)).toEqual({ passed: 1, failed: 2, skipped: [] })
  })

  it('counts a failure outside of any test', () => {
    const report = { success: false, testResults: [{ name: 'a', status: 'passed', assertionResults: [test('a', 'passed')] }] }
    expect(tallyReport(report)).toEqual({ passed: 1, failed: 1, skipped: [] })
  })

  it('counts a report in which nothing ran as one failed test', () => {
    expect(tallyReport({ success: true, testResults: [] })).toEqual({ passed: 0, failed: 1, skipped: [] })
  })

  it('takes whatever neither passed nor failed for skipped', () => {
    const assertionResults = [test('a', 'pending'), test('b', 'skipped'), test('c', 'todo')]
    const report = { success: true, testResults: [{ name: 'a', status: 'passed', assertionResults }] }
    expect(tallyReport(report)).toEqual({ passed: 0, failed: 0, skipped: ['a', 'b', 'c'] })
  })
})

describe('sumTallies', () => {
  it('is nothing of nothing', () => {
    expect(sumTallies([])).toEqual({ passed: 0, failed: 0, skipped: [] })
  })

  it('adds counts and lists all skipped tests', () => {
    const sum = sumTallies([
      { passed: 2, failed: 0, skipped: ['a'] },
      { passed: 3, failed: 1, skipped: ['b'] },
    ])
    expect(sum).toEqual({ passed: 5, failed: 1, skipped: ['a', 'b'] })
  })
})

describe('judgeSkips', () => {
  it('reads the missing tool from the end of a name', () => {
    expect(explainSkip('walk agrees with the CPU (needs qemu)')).toEqual({
      name: 'walk agrees with the CPU (needs qemu)',
      tool: 'qemu',
    })
  })

  it('refuses a skip without a reason everywhere', () => {
    expect(judgeSkips(['no reason'], false)).toEqual({ allowed: [], refused: [{ name: 'no reason' }] })
  })

  it('allows a missing tool on a developer’s machine and refuses it in CI', () => {
    const skip = { name: 'a (needs strace)', tool: 'strace' }
    expect(judgeSkips(['a (needs strace)'], false)).toEqual({ allowed: [skip], refused: [] })
    expect(judgeSkips(['a (needs strace)'], true)).toEqual({ allowed: [], refused: [skip] })
  })
})

describe('closingLine', () => {
  it('leaves out skipped tests where there are none', () => {
    expect(closingLine(3, 0, 0)).toBe('3 passed, 0 failed')
    expect(closingLine(3, 1, 2)).toBe('3 passed, 1 failed, 2 skipped')
  })
})
