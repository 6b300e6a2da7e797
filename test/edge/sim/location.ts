// A location: the built worker, unchanged, on the faster clock.

import './fast-clock.ts'

export { default } from './bundle.js'
