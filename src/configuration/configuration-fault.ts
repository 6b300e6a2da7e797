declare const brand: unique symbol

/** A sentence about the configuration that is safe to log, such as "PREFLIGHT must be forward or refuse". */
export type ConfigurationFault = string & { readonly [brand]: 'ConfigurationFault' }

/** The sentence must be written in this code. It may name variables, but must not repeat a value. */
export function configurationFault(sentence: string): ConfigurationFault {
  return sentence as ConfigurationFault
}
