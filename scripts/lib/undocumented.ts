// Which members of the public surface may go without a comment, because one would only repeat what is written there.

import { type DeclarationReflection, type ProjectReflection, type Reflection, ReflectionKind } from 'typedoc'

/** Where the search for a comment ends. TypeDoc asks for none in the types of parameters. */
const ENDS = [ReflectionKind.Interface, ReflectionKind.Class, ReflectionKind.Module, ReflectionKind.Parameter]

/** Lists, by their full names, the members that speak for themselves. All others need a comment. */
export function membersWithoutNeedOfComment(project: ProjectReflection): string[] {
  const members = project.getReflectionsByKind(ReflectionKind.Property) as DeclarationReflection[]
  const silent = members.filter((member) => !member.hasComment() && speaksForItself(member))
  return [...new Set(silent.map((member) => member.getFriendlyFullName()))]
}

function speaksForItself(member: DeclarationReflection): boolean {
  const tagsVariant = member.type?.type === 'literal' // `kind: 'leaf'`, `ok: true`: the name of a variant, described where the union is
  const isOverride = member.overwrites !== undefined // `name` of an error
  return tagsVariant || isOverride || isCoveredByOwner(member)
}

/** `limit: { start, end }`, or the variants of a union: the comment of what has the type says what they are. */
function isCoveredByOwner(member: Reflection): boolean {
  let owner = member.parent
  if (owner?.kindOf(ReflectionKind.TypeLiteral) !== true) return false
  while (owner !== undefined && !owner.hasComment() && !owner.kindOf(ENDS)) owner = owner.parent
  return owner?.hasComment() === true && !owner.kindOf(ENDS)
}
