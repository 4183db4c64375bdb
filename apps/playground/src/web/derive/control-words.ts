/** The state of a machine that decides about accesses, in words. */

const MEANINGS: Readonly<Record<string, string>> = {
  wp: 'CR0.WP: the kernel too writes only where writes may',
  nxe: 'EFER.NXE: XD refuses fetches; without it a set XD is a reserved bit',
  smep: 'CR4.SMEP: the kernel does not fetch from user pages',
  smap: 'CR4.SMAP: the kernel does not read or write user pages',
  sum: 'sstatus.SUM: the supervisor may read and write user pages',
  mxr: 'sstatus.MXR: what may be executed may be read',
  ad: 'who sets A and D: software, told by a fault (svade), or hardware (svadu)',
  pan: 'PSTATE.PAN: the kernel does not read or write what user mode may access',
}

/** What a control does; its name where nothing is known of it. */
export function controlMeaning(name: string): string {
  return MEANINGS[name] ?? name
}
