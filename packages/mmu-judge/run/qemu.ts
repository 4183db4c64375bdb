// Runs one batch in QEMU. The machine's memory is a sparse file that we write before and read after;
// the process gets no network, no devices of its own choice, and no more than a limited time.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Access } from '@addrspace/page-table'

import { compareBatch, type Asked, type Batch, type Difference, type Machine, type ReadAfter } from '../src/index.ts'

const TIME_LIMIT = 60_000
/** What is kept of the emulator's output, in characters. */
const MOST_OUTPUT = 4000

/** Whether the program can be started. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore', timeout: TIME_LIMIT }).status === 0
}

/** What is seen of a query by whoever tampers: any machine's will do. */
export type AnyAsked = Pick<Asked<unknown>, 'translation' | 'steps' | 'isBacked'> & { readonly access: Access }

/** Changes the image behind translate's back. */
export type Tampering = (image: ReadonlyMap<number, Uint8Array>, asked: readonly AnyAsked[]) => void

/**
 * Boots the machine with a batch and compares.
 *
 * That it does not end as it should is a difference too.
 *
 * @throws Error if the emulator cannot be started
 */
export async function judgeBatch<C>(batch: Batch<C>, tamper?: Tampering): Promise<Difference[]> {
  const { machine } = batch
  const image = new Map([...batch.image].map(([frame, bytes]) => [frame, bytes.slice()]))
  tamper?.(image, batch.asked.map(({ query, translation, steps, isBacked }) => ({ access: query.access, translation, steps, isBacked })))
  const { value, trouble } = await boot(machine, image, (readAfter) => compareBatch(batch, readAfter))
  return trouble === undefined ? value : [{ report: `${machine.name}, seed ${String(batch.seed)}: ${trouble}` }, ...value]
}

/**
 * Boots the machine with an image, waits until it has ended, and lets its memory be read.
 *
 * `trouble` tells how it ended, if not as it should.
 *
 * @throws Error if the emulator cannot be started
 */
export async function boot<C, T>(machine: Machine<C>, image: ReadonlyMap<number, Uint8Array>, read: (readAfter: ReadAfter) => T): Promise<{ readonly value: T; readonly trouble: string | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), 'mmu-judge-'))
  try {
    const memoryFile = join(folder, 'memory')
    writeImage(memoryFile, image, machine.ramBase, machine.ramSize)
    const firmware = machine.firmware === undefined ? [] : ['-bios', join(folder, 'firmware')]
    if (machine.firmware !== undefined) writeFileSync(join(folder, 'firmware'), machine.firmware)
    const trouble = await run(machine.program, machine.exitCode, [...machine.args, ...firmware, ...commonArgs(memoryFile, machine.ramSize)])
    const file = openSync(memoryFile, 'r')
    try {
      const value = read((paddr, size) => {
        const bytes = new Uint8Array(size)
        readSync(file, bytes, 0, size, Number(paddr - machine.ramBase))
        return bytes
      })
      return { value, trouble }
    } finally {
      closeSync(file)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function commonArgs(memoryFile: string, ramSize: bigint): string[] {
  const size = String(ramSize)
  return [
    ...['-object', `memory-backend-file,id=ram,size=${size},mem-path=${memoryFile},share=on`],
    ...['-machine', 'memory-backend=ram', '-m', `${String(ramSize >> 20n)}M`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-nic', 'none', '-display', 'none', '-monitor', 'none', '-serial', 'none', '-smp', '1', '-accel', 'tcg,thread=single'],
  ]
}

function writeImage(path: string, image: ReadonlyMap<number, Uint8Array>, ramBase: bigint, ramSize: bigint): void {
  const file = openSync(path, 'w')
  try {
    ftruncateSync(file, Number(ramSize))
    for (const [frame, bytes] of image) writeSync(file, bytes, 0, bytes.length, Number((BigInt(frame) << 12n) - ramBase))
  } finally {
    closeSync(file)
  }
}

/** Tells how the process ended if it did not end well. */
function run(program: string, exitCode: number, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let isLate = false
    const keep = (piece: Buffer): void => {
      if (output.length < MOST_OUTPUT) output += piece.toString().slice(0, MOST_OUTPUT - output.length)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, TIME_LIMIT)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const end = isLate ? `was ended after ${TIME_LIMIT / 1000} s` : `ended with ${code ?? signal ?? ''}`
      resolve(code === exitCode ? undefined : `${program} ${end}; it said: ${output}`)
    })
  })
}
