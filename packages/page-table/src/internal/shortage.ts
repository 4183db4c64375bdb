// How it is said that there are too few frames.

/** How many tables are needed, `which` ones, and how many frames are free. */
export function neededAndFree(needed: number, which: string, free: number): string {
  const tables = needed === 1 ? `1 table ${which} is needed` : `${String(needed)} tables ${which} are needed`
  return `${tables}, ${free === 1 ? '1 frame is free' : `${String(free)} frames are free`}`
}
