/** The names of the views: in tabs, in permalinks, and in the state. */

export const VIEW_IDS = ['compare', 'memory', 'walk', 'time', 'break', 'programs', 'suite', 'share'] as const

export type ViewId = (typeof VIEW_IDS)[number]
