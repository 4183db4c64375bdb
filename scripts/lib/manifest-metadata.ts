// What a manifest says about its package to those who find it: that it is all there, and says the same as the root's.

/** The part of a package.json that is for readers and registries. */
export interface Metadata {
  readonly description?: string
  readonly keywords?: readonly string[]
  readonly license?: string
  readonly homepage?: string
  readonly bugs?: { readonly url: string }
  readonly repository?: { readonly type: string; readonly url: string; readonly directory?: string }
  readonly scripts?: Readonly<Record<string, string>>
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean }
}

const INSTALL_HOOKS = ['preinstall', 'install', 'postinstall', 'prepare']

/** Lists what is missing in the metadata of the package in `folder`, or differs from what `workspace`, the root's manifest, says. */
export function findMetadataProblems(folder: string, manifest: Metadata, workspace: Metadata): string[] {
  const { repository, bugs, license } = workspace
  if (repository === undefined || bugs === undefined || license === undefined) return ['package.json of the root: lacks repository, bugs or license']
  const address = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
  const rules: [boolean, string][] = [
    [/^[A-Z].*\.$/.test(manifest.description ?? ''), 'description must be a sentence'],
    [(manifest.keywords ?? []).length >= 3, 'keywords must be three or more'],
    [manifest.license === license, `license must be ${license}`],
    [manifest.repository?.url === repository.url, `repository.url must be ${repository.url}`],
    [manifest.repository?.directory === folder, `repository.directory must be ${folder}`],
    [manifest.homepage === `${address}/tree/main/${folder}#readme`, `homepage must be ${address}/tree/main/${folder}#readme`],
    [manifest.bugs?.url === bugs.url, `bugs.url must be ${bugs.url}`],
    [!INSTALL_HOOKS.some((hook) => hook in (manifest.scripts ?? {})), `nothing runs at installation: ${INSTALL_HOOKS.join(', ')}`],
    [manifest.publishConfig?.access === 'public', 'publishConfig.access must be public'],
    [manifest.publishConfig?.provenance === true, 'publishConfig.provenance must be true'],
  ]
  return rules.filter(([isKept]) => !isKept).map(([, rule]) => `${folder}/package.json: ${rule}`)
}
