/** What is told of real bugs, with each code (`B13`) as a link to its entry in the list of bugs. */

/** Where the project keeps the list; a code in lower case is the anchor of its entry. */
const LIST_OF_BUGS = 'https://github.com/addrspace/addrspace/blob/main/docs/bugs.md'

export function BugText({ text }: { readonly text: string }) {
  // What is split by is kept at the odd places.
  const pieces = text.split(/\b(B\d+)\b/)
  return <>{pieces.map((piece, index) => (index % 2 === 0 ? piece : <a key={index} href={`${LIST_OF_BUGS}#${piece.toLowerCase()}`} target="_blank" rel="noopener" title={`${piece} in the list of bugs`}>{piece}</a>))}</>
}
