export { CI_SCALE, FULL_SCALE, runScale, type CostRatio, type ScaleBounds, type ScaleCheckpoint, type ScaleFigures, type ScaleObserver } from './run-scale.ts'
