export { FrameBackend, type FrameBackendOptions } from './frame-backend.ts'
export { LinearBackend } from './linear-backend.ts'
