declare const brand: unique symbol

/** One sentence about the configuration, such as "PREFLIGHT must be forward or refuse": it may stand in a log. */
export type ConfigurationFault = string & { readonly [brand]: 'ConfigurationFault' }

/** Of a sentence of our own alone, which names variables and repeats no value. */
export function configurationFault(sentence: string): ConfigurationFault {
  return sentence as ConfigurationFault
}
