// The sentences of the filters of the list.

export const platform = 'Platform of the keys'
export const allPlatforms = 'All platforms'
export const condition = 'Show'
export const allKeys = 'All keys'
export const conditions = {
  any_address: 'Open to any address',
  report_only: 'Report only',
  unused: 'Not used for 90 days',
  refused: 'Refused in the last 24 hours',
  expiring: 'Expired or expiring soon',
  paused: 'Paused',
  leaked: 'Leaked',
}
