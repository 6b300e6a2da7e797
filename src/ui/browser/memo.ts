// Draws a component again only if one of its properties changed. A letter typed in a dialog must not draw
// 100 rows again.

import { Component, type ComponentType, h } from 'preact'

export function memo<Props extends object>(inner: ComponentType<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const names = Object.keys({ ...this.props, ...next }) as (keyof Props)[]
      return names.some((name) => this.props[name] !== next[name])
    }

    override render() {
      return h(inner, this.props)
    }
  }
}
