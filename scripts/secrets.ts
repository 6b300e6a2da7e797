// `npm run secrets`: prints one new value of every secret, as JSON for `npm run deploy -- --secrets-file`.

import { readOptionsOrEnd } from '../harness/options.ts'
import { makeSecrets } from '../harness/secrets.ts'

readOptionsOrEnd('npm run --silent secrets --', {})

console.log(JSON.stringify(await makeSecrets(), null, 2))
