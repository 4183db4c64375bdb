/** Components of which there are hundreds: each renders again only when one of its properties is another one. */

import { Component, type ComponentChild, type ComponentType } from 'preact'
import { isSame } from '../same.ts'

/** The same component, asked again only for other properties, which are compared by identity. */
export function memo<P extends object>(View: (props: P) => ComponentChild): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isSame(this.props, next)
    }

    override render(): ComponentChild {
      return <View {...this.props} />
    }
  }
}
