// The sentences of a list without keys.

export const noKeys = 'No API keys'
export const title = 'Create your first key'
export const text =
  'An API key identifies your application to the CommPeak Portal API. Add one, copy its access token, and send the token with each request:'
export const hint =
  'Give each application a key of its own: then you can delete one without stopping the others.'
