// Numbers and what they count, as the sentences have them.

const numbers = new Intl.NumberFormat('en')

export const number = (count: number) => numbers.format(count)

export const seconds = (count: number) => (count === 1 ? '1 second' : `${number(count)} seconds`)
