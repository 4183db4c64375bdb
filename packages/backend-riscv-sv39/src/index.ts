export { riscvSv39, riscvSv48, riscvSv57, type RiscvControls } from './format.ts'
export { SV39_GEOMETRY, SV48_GEOMETRY, SV57_GEOMETRY } from './geometry.ts'
