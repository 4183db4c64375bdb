/**
 * What is true of an area besides its bounds, its backend and what it shows, in one number: the permission in bits 2:0,
 * and above it the attributes by which the kernel keeps neighbours apart that have the same permission and backing. A
 * replay carries them along in moves and cuts as it does the permission; most targets drop them.
 */
import { EXECUTE, READ, WRITE, type Permission } from './permission.ts'

/** Union of a permission and of attributes. */
export type AreaFlags = number

/** `MAP_NORESERVE`. */
export const NO_RESERVE: AreaFlags = 0x8
/** The memory was private and writable at some time, and counts against the kernel's limit since then. */
export const ACCOUNTED: AreaFlags = 0x10
export const LOCKED: AreaFlags = 0x20
/** `MLOCK_ONFAULT`. */
export const LOCKED_ON_FAULT: AreaFlags = 0x40
export const HUGE_PAGES: AreaFlags = 0x80
/** `MADV_NOHUGEPAGE`, and `MAP_STACK`, which is the same to the kernel. */
export const NO_HUGE_PAGES: AreaFlags = 0x100
export const RANDOM: AreaFlags = 0x200
export const SEQUENTIAL: AreaFlags = 0x400
export const NO_FORK: AreaFlags = 0x800
export const WIPE_ON_FORK: AreaFlags = 0x1000
export const NO_DUMP: AreaFlags = 0x2000
export const MERGEABLE: AreaFlags = 0x4000

const PERMISSION: AreaFlags = READ | WRITE | EXECUTE

/** Gives the permission without the attributes. */
export function permissionIn(flags: AreaFlags): Permission {
  return flags & PERMISSION
}

/** Gives the flags with another permission and the same attributes. */
export function withPermission(flags: AreaFlags, permission: Permission): AreaFlags {
  return (flags & ~PERMISSION) | permission
}

/** Notes whether memory with these flags counts from now on: once it does, it goes on doing so. */
export function accounted(flags: AreaFlags, sharing: 'shared' | 'private'): AreaFlags {
  return sharing === 'private' && (flags & (WRITE | NO_RESERVE)) === WRITE ? flags | ACCOUNTED : flags
}
