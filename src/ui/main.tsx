import { render } from 'preact'
import { App } from './app.tsx'
import { Confirmed, CONFIRMED_PATH } from './confirm/confirmed.tsx'

const root = document.querySelector('#app')
if (root !== null) render(location.pathname === CONFIRMED_PATH ? <Confirmed /> : <App />, root)
