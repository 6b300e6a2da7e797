import { render } from 'preact'
import { App } from './app.tsx'
import { CONFIRMED_PATH } from './confirm/open-window.ts'
import { Confirmed } from './confirm/provider-dialogs.ts'

const root = document.querySelector('#app')
if (root !== null) render(location.pathname === CONFIRMED_PATH ? <Confirmed /> : <App />, root)
