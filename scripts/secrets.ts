// `npm run secrets`: prints one new value of every secret, as JSON for `npm run deploy -- --secrets-file`.

import { makeSecrets } from '../harness/secrets.ts'

console.log(JSON.stringify(await makeSecrets(), null, 2))
