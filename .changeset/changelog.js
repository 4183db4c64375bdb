// How one changeset stands in a changelog: as it was written. No commit, no list of dependencies that got the same number; the
// groups are made afterwards, by scripts/version-packages.ts, since changesets knows headings for sizes only.

export default {
  getReleaseLine: ({ summary }) => `\n${summary.trim()}\n`,
  getDependencyReleaseLine: () => '',
}
