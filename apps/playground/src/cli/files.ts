/**
 * Reading what the user names: files relative to where the user stands, standard input for `-`, compressed files as if
 * they were not; and writing. Whatever can go wrong with a file is one line that names it. What a file means is its
 * command's.
 */

import { closeSync, constants, createReadStream, mkdirSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import { dirname, resolve } from 'node:path'
import { createGunzip, gunzipSync } from 'node:zlib'
import { InputError } from './failure.ts'

/** The name that means standard input. */
export const STDIN = '-'

/** Bytes of a text that is read as a whole; unpacked, if it was compressed. */
const LARGEST_TEXT = 2 ** 28
const GZIP_MAGIC = [0x1f, 0x8b] as const // RFC 1952, 2.3.1

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file or folder',
  EISDIR: 'is a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ESRCH: 'no such process',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EEXIST: 'is a file, not a folder',
  EROFS: 'cannot be written to',
  ENOSPC: 'no space is left',
  ERR_INVALID_ARG_VALUE: 'is no name of a file',
  ERR_FS_FILE_TOO_LARGE: 'too large to be read at once',
  ERR_STRING_TOO_LONG: 'too large to be read at once',
  ERR_BUFFER_TOO_LARGE: 'too large to be read at once',
}

/** Bytes read at once. */
const PIECE = 2 ** 20

/** Gives the absolute path of a name: relative to INIT_CWD, which npm sets to where the user stands, or else to the cwd. */
export function userPath(name: string): string {
  return resolve(process.env['INIT_CWD'] || process.cwd(), name)
}

/**
 * Tells what lies at a path.
 *
 * @throws InputError if there is nothing, or it cannot be looked at.
 */
export function inspectPath(name: string): Stats {
  return attempt(name, () => statSync(userPath(name)))
}

/**
 * Reads a text file, or standard input; gzip is unpacked. `where` is what messages call it.
 *
 * @throws InputError if it cannot be read, is no text, or is larger than 256 MiB.
 */
export async function readText(name: string, where: string = name === STDIN ? 'standard input' : name): Promise<string> {
  try {
    const raw = await readBytes(where, name === STDIN ? process.stdin : openBytes(userPath(name)))
    const text = (isGzip(raw) ? gunzipSync(raw, { maxOutputLength: LARGEST_TEXT }) : raw).toString('utf8')
    checkText(where, text)
    return text
  } catch (error) {
    throw asInputError(where, error)
  }
}

/**
 * Makes a folder and those above it, unless they are there.
 *
 * @throws InputError if the system refuses.
 */
export function makeFolder(name: string): void {
  const make = (path: string): void => {
    try {
      mkdirSync(path)
    } catch (error) {
      if (isOf(error, 'EEXIST') && statSync(path).isDirectory()) return
      if (!isOf(error, 'ENOENT') || dirname(path) === path) throw error
      // Node's own way of making those above tries for ever where the system makes none, as in /proc.
      make(dirname(path))
      mkdirSync(path)
    }
  }
  attempt(name, () => make(userPath(name)))
}

/** A file that is read piece by piece. */
export interface TextStream extends AsyncIterable<string> {
  /** Bytes of the file, compressed if it is; 0 where there is no telling, as in /proc. */
  readonly size: number
  /** Bytes of the file read so far. */
  readonly position: number
}

/**
 * Opens a text file for reading piece by piece, in bounded memory; gzip is unpacked. Iterate once. Pipes and devices are
 * refused, since what is read from them is gone, and a log is read once for every backend.
 *
 * @throws InputError here or while iterating, if it cannot be read or is no text.
 */
export function openText(name: string): TextStream {
  const path = userPath(name)
  const stats = inspectPath(name)
  if (stats.isDirectory()) throw new InputError(`${name}: ${PROBLEMS['EISDIR']!}`)
  if (!stats.isFile()) throw new InputError(`${name}: is no regular file`)
  const isCompressed = attempt(name, () => startsAsGzip(path))
  const file = createReadStream(path)
  return {
    size: stats.size,
    get position() {
      return file.bytesRead
    },
    async *[Symbol.asyncIterator]() {
      try {
        const bytes = isCompressed ? file.pipe(createGunzip()) : file
        // An error of the file does not reach the stream it is piped to.
        file.on('error', (error) => bytes.destroy(error))
        bytes.setEncoding('utf8')
        for await (const piece of bytes as AsyncIterable<string>) {
          checkText(name, piece)
          yield piece
        }
      } catch (error) {
        throw asInputError(name, error)
      } finally {
        file.destroy()
      }
    },
  }
}

function openBytes(path: string): AsyncIterable<unknown> {
  return statSync(path).isFIFO() ? openPipe(path) : createReadStream(path, { highWaterMark: PIECE })
}

/** Reads a named pipe without waiting for somebody to open its other end: one to which nobody writes is empty. */
async function* openPipe(path: string): AsyncGenerator<unknown, undefined> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const head = Buffer.alloc(PIECE)
  let count: number | undefined
  try {
    count = readSync(fd, head)
  } catch (error) {
    // Somebody has it open, and has written nothing yet.
    if (!isOf(error, 'EAGAIN')) throw error
  }
  if (count === 0) {
    closeSync(fd)
    return undefined
  }
  if (count !== undefined) yield head.subarray(0, count)
  yield* new Socket({ fd, readable: true, writable: false })
  return undefined
}

/** Reads all there is, but no more than a text may have: a device or a pipe may never end. */
async function readBytes(where: string, source: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of source as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LARGEST_TEXT) throw new InputError(`${where}: ${PROBLEMS['ERR_BUFFER_TOO_LARGE']!}`)
    pieces.push(piece)
    // What is no text need not be read to its end, which a device does not have.
    if (length >= GZIP_MAGIC.length && !isGzip(pieces[0]!) && piece.includes(0)) throw notText(where)
  }
  return Buffer.concat(pieces)
}

function isGzip(bytes: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, index) => bytes[index] === byte)
}

function startsAsGzip(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const head = new Uint8Array(GZIP_MAGIC.length)
    readSync(file, head)
    return isGzip(head)
  } finally {
    closeSync(file)
  }
}

function checkText(where: string, text: string): void {
  if (text.includes('\0')) throw notText(where)
}

function notText(where: string): InputError {
  return new InputError(`${where}: is not a text file`)
}

/**
 * Does something with a file; `where` is what messages call it.
 *
 * @throws InputError if the system refuses.
 */
export function attempt<T>(where: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw asInputError(where, error)
  }
}

function isOf(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Turns what the system says about a file into a line; anything else is handed back as it is. */
function asInputError(where: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const { code } = error
  if (code.startsWith('Z_')) return new InputError(`${where}: is damaged: not all of it could be unpacked`)
  const problem = PROBLEMS[code] ?? `cannot be read (${code})`
  return new InputError(`${where}: ${problem}`)
}
