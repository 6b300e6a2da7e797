/** Of the one key that a benchmark calls with, and of its account. */
export const KEY_ID = 'key_01a206f12e953341d8d25c2cac66e73a'
export const ACCOUNT_ID = 'acc_01a206f12ccc400b81a8ca596deeffa6'
