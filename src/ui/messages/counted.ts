// Numbers and what they count, as the sentences have them.

const numbers = new Intl.NumberFormat('en')

export const number = (count: number) => numbers.format(count)

/** Such as "1 key" and "2,000 keys". */
export const counted = (count: number, unit: string) =>
  `${number(count)} ${unit}${count === 1 ? '' : 's'}`

export const seconds = (count: number) => counted(count, 'second')
export const requests = (count: number) => counted(count, 'request')
export const networks = (count: number) => counted(count, 'network')
