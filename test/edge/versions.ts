// Other versions of the worker that run beside the one that is tested. Each is the built worker, changed in a few
// places while it is turned on.

import { isOn, patchOnce } from './patch-bundle.ts'

/** Versions of a location's worker. */
export const VERSIONS = ['new form', 'without leases'] as const
export type Version = (typeof VERSIONS)[number]

/** Of the objects, the version from before leases: it knows no terms and waits for none. */
export const OBJECTS_WITHOUT_LEASES = 'objects without leases'

const PATCHES: readonly (readonly [name: string, place: RegExp, by: string])[] = [
  // It writes its records in a form which the version before takes for none, and reads both.
  ['new form', /format: (1),\s*revision/, 'format: ON ? 4 : $1, revision'],
  ['new form', /format: (formatOf\(restrictions, limits\))/, 'format: ON ? 4 : $1'],
  [
    'new form',
    /!(FORMATS\.some\(\(format\) => format === (\w+)\["format"\]\))/,
    '!($1 || ON && $2["format"] === 4)',
  ],
  // It asks for no lease, and answers a change as soon as the authority has answered.
  ['without leases', /const leaseMs = (wants && \S+ \? termMs : 0)/, 'const leaseMs = ON ? 0 : $1'],
  [
    'without leases',
    /stub\.advance\(sent, (\{[^}]+\})\)/,
    'stub.advance(sent, ...(ON ? [] : [$1]))',
  ],
  [
    'without leases',
    /const \{ settlesInMs = UNKNOWN_WAIT_MS \} = (\w+);/,
    'const { settlesInMs = UNKNOWN_WAIT_MS } = ON ? { settlesInMs: 0 } : $1;',
  ],
  // It knows no limits either: a question for an allowance alone is one about a record to it.
  [OBJECTS_WITHOUT_LEASES, /if \((isAllowanceQuestion\(request\d*\))\)/, 'if (!ON && $1)'],
  [
    OBJECTS_WITHOUT_LEASES,
    /const isGranted = (wanted !== null && \S+ === "current")/,
    'const isGranted = !ON && $1',
  ],
  [OBJECTS_WITHOUT_LEASES, /(\w+ \? this\.leases\.grant\(.*\) : 0);/, 'ON ? 0 : $1;'],
  [OBJECTS_WITHOUT_LEASES, /(this\.leases\.settle\(.*\));/, 'if (!ON) $1;'],
  [OBJECTS_WITHOUT_LEASES, /= answerHeaders\((.*)\);/, '= ON ? {} : answerHeaders($1);'],
  [OBJECTS_WITHOUT_LEASES, /return (request\.body === null) \?/, 'return ON || $1 ?'],
  [
    OBJECTS_WITHOUT_LEASES,
    /(const settlesInMs = Math\.ceil\(this\.leases)/,
    'if (ON) return answer2;\n    $1',
  ],
]

/** The built worker with all these versions, turned off. */
export function withVersions(bundle: string): string {
  return PATCHES.reduce(
    (patched, [name, place, by]) => patchOnce(patched, place, by.replace(/\bON\b/, isOn(name))),
    bundle,
  )
}
