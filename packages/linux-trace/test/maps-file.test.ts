import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatMapsFile, parseMapsFile } from '../src/index.ts'
import { messageOf } from './support/run.ts'

const LIBC = '7ffff7dfa000-7ffff7f50000 r-xp 00026000 fe:00 339380                     /usr/lib/x86_64-linux-gnu/libc.so.6'

describe('parseMapsFile', () => {
  it('reads every field of a line', () => {
    expect(parseMapsFile(`${LIBC}\n`)).toEqual([
      {
        start: 0x7fff_f7df_a000n,
        end: 0x7fff_f7f5_0000n,
        permission: 'r-xp',
        offset: 0x2_6000n,
        device: 'fe:00',
        inode: 339380n,
        name: '/usr/lib/x86_64-linux-gnu/libc.so.6',
      },
    ])
  })

  it('reads [vsyscall] in the upper half exactly', () => {
    const [area] = parseMapsFile('ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]')
    expect(area).toMatchObject({ start: 0xffff_ffff_ff60_0000n, end: 0xffff_ffff_ff60_1000n, permission: '--xp', name: '[vsyscall]' })
  })

  it('reads an area that ends at 2^64', () => {
    expect(parseMapsFile('fffffffffffff000-10000000000000000 r--p 00000000 00:00 0')[0]?.end).toBe(2n ** 64n)
  })

  it.each([
    ['', '00001000-00002000 rw-p 00000000 00:00 0 '],
    ['', '00001000-00002000 rw-p 00000000 00:00 0'],
    ['/a b', '00001000-00002000 rw-p 00000000 00:00 0      /a b'],
    ['/tmp/x (deleted)', '00001000-00002000 rw-p 00000000 00:00 0 /tmp/x (deleted)'],
    ['/ends in a space ', '00001000-00002000 rw-p 00000000 00:00 0 /ends in a space '],
    ['/7000-8000 rw-p', '00001000-00002000 rw-p 00000000 00:00 0 /7000-8000 rw-p'],
    ['/line\u2028separator', '00001000-00002000 rw-p 00000000 00:00 0 /line\u2028separator'],
    ['[anon: a name]', '00001000-00002000 rw-p 00000000 00:00 0 [anon: a name]'],
  ])('keeps the name %j', (name, line) => {
    expect(parseMapsFile(line)[0]?.name).toBe(name)
  })

  it('takes areas that touch, blank lines at the end, and lines ending in CR LF', () => {
    const text = '1000-2000 r--p 0 00:00 0\r\n2000-3000 r--p 0 00:00 0 /a\r\n\r\n'
    expect(parseMapsFile(text).map(({ name }) => name)).toEqual(['', '/a'])
  })

  it('gives nothing for an empty file', () => {
    expect(parseMapsFile('')).toEqual([])
  })

  it.each([
    ['an empty area', '1000-1000 r--p 0 00:00 0', 'maps:1: expected an end above the start'],
    ['a reversed area', '2000-1000 r--p 0 00:00 0', 'maps:1: expected an end above the start'],
    ['an end above 2^64', '1000-10000000000001000 r--p 0 00:00 0', 'maps:1: expected an end above the start, at most 2^64'],
    ['a start inside a page', '1800-2000 r--p 0 00:00 0', 'maps:1: expected multiples of 4096'],
    ['overlapping areas', '1000-3000 r--p 0 00:00 0\n2000-4000 r--p 0 00:00 0', 'maps:2: expected an area at or above 0x3000'],
    ['areas out of order', '3000-4000 r--p 0 00:00 0\n1000-2000 r--p 0 00:00 0', 'maps:2: expected an area at or above 0x4000'],
    ['a permission of three characters', '1000-2000 r-- 0 00:00 0', 'maps:1: expected an area as in /proc/PID/maps'],
    ['a permission in the wrong order', '1000-2000 wr-p 0 00:00 0', 'maps:1: expected an area as in /proc/PID/maps'],
    ['a line cut in the middle', `${LIBC}\n7ffff7f50000-7ffff7fa3`, 'maps:2: expected an area as in /proc/PID/maps'],
    ['a line without an inode', '1000-2000 r--p 00000000 00:00', 'maps:1: expected an area as in /proc/PID/maps'],
    ['hexadecimal with 0x', '0x1000-0x2000 r--p 0 00:00 0', 'maps:1: expected an area as in /proc/PID/maps'],
  ])('refuses %s with its line', (_, text, message) => {
    expect(messageOf(() => parseMapsFile(text))).toContain(`TraceInputError: ${message}`)
  })

  it('names the file it was given, and carries the line', () => {
    expect(() => parseMapsFile('\nx', 'end.maps')).toThrow(expect.objectContaining({ file: 'end.maps', line: 2, expected: 'an area as in /proc/PID/maps' }))
  })
})

describe('formatMapsFile', () => {
  it('writes what is read as the same, also of a text whose line ends were doubled', () => {
    const areas = parseMapsFile('1000-2000 rw-p 00000000 00:00 0 /a\r\r\n')
    expect(areas[0]!.name).toBe('/a')
    expect(parseMapsFile(formatMapsFile(areas))).toEqual(areas)
  })

  const traces = new URL('../traces/', import.meta.url)
  const files = readdirSync(traces, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.maps'))

  it.each(files)('writes %s as the kernel wrote it', (name) => {
    const text = readFileSync(new URL(name, traces), 'utf8')
    expect(formatMapsFile(parseMapsFile(text))).toBe(text)
  })

  it('writes a name behind fields that reach into its column', () => {
    const line = 'ffffffffff600000-ffffffffff601000 --xp 1234567890abcdef abc:abcde 18446744073709551615 /x'
    expect(formatMapsFile(parseMapsFile(line))).toBe(`${line}\n`)
  })
})
