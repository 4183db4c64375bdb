/** The names of the views: in tabs, in permalinks, and in the state. */

export type ViewId = 'compare' | 'memory' | 'walk' | 'time' | 'break' | 'programs' | 'suite' | 'share'
