// Bugs of one token each, as a reader of src/stores/key-authority, src/gateway and src/admin may suspect them: a
// guard that looks superfluous, a comparison that could be another, a case that seems covered elsewhere.

type Places = readonly (readonly [place: RegExp, by: string])[]

export const REVIEWED: Readonly<Record<string, Places>> = {
  // Leases: the authority
  'the note of a lease ends with that lease': [
    [/(lengthMs: lengthMs) \+ (ROW_TOLERANCE_MS)/, '$1 + (ON ? 0 : $2)'],
  ],
  'a longer lease is not noted': [[/(granted\.lengthMs <= row\.lengthMs)/, '(ON || $1)']],
  'a shorter lease hides a longer one': [
    [
      /,(\s*)(this\.remaining\(this\.granted, nowMs, callerMs\))(,\s*this\.remaining\(this\.inherited)/,
      ',$1(ON ? 0 : $2)$3',
    ],
  ],
  'a second change waits only for leases on what the first has set': [
    [/(,\s*)(this\.settlesInMs\(nowMs, callerMs\))(\s*\);)/, '$1(ON ? 0 : $2)$3'],
  ],
  'an authority believes its own clock alone': [
    [/(const passedMs = )(isKnown\w* \?)/, '$1!ON && $2'],
  ],
  'a lease is granted after the report was read': [
    [
      /const (\{ cached: \w+, leaseMs, askedMs, wanted \} = parseQuestion\(request\);)/,
      'let $1 const wantedMs = leaseMs; if (ON && request.body !== null) leaseMs = 0;',
    ],
    [/(: this\.takeReport\(request, response)\)/, '$1, wantedMs, askedMs)'],
    [
      /(async takeReport\(request, response)(\) \{\s+try \{)\s+(await this\.count\()(await request\.json\(\))\);/,
      `$1, wantedMs, askedMs$2
      const report = $4;
      const grantedMs = ON && response.status === 204 ? this.leases.grant(wantedMs, Date.now(), askedMs) : 0;
      if (grantedMs > 0) response.headers.set("lease", String(grantedMs));
      $3report);`,
    ],
  ],

  // The authority's record
  'a record of the same number replaces the one that is held': [
    [
      /(revision > held\.revision && descendsFrom\(.*?, held\))/,
      'ON && revision === held.revision || $1',
    ],
  ],
  'a record replaces a change that it does not come from': [
    [/(lineage\w* === null) (\|\| held\.changeId === void 0\) return true)/, '$1 || ON $2'],
  ],
  'a row that was compared with a change does not note it': [
    [/(held\.changeId === void 0) \? ANCESTORS/, '($1 || ON) ? ANCESTORS'],
  ],
  'an authority that holds a newer record says that it holds the older one': [
    [/(return )(this\.record\(\) === record\w* \? CURRENT)/, '$1 ON || $2'],
  ],

  // Leases: the holder
  'a lease that was declined is used': [
    [
      /(return \{ \.\.\.answered\w*, question, askedMs, leaseEnds)( \};)/,
      '$1, ...ON && { leaseMs }$2',
    ],
  ],
  'a renewal that is lost prolongs the lease': [
    [
      /(const renewed = askNewest\((\w+), (\w+), \{ requestId)/,
      'if (ON && $3.believedUntilMs < Infinity) $3.believedUntilMs += $3.believedUntilMs - $3.confirmedMs;\n  $1',
    ],
  ],

  // Changes
  'a change waits for the leases of the newest token alone': [
    [
      /(settled\w*\.push\()(held\.settled)(\);\s*(?:if \(!|return )isHeld\(held, (row\w*), )/,
      '$1(ON && $4.tokens.some((one) => one.createdAt > $4.tokens.find((own) => own.lookupId === lookupId).createdAt) ? Promise.resolve() : $2)$3',
    ],
  ],
  'a change is marked as enforced before it has settled': [
    [/(async function markSettled\([^)]*\) \{\s*)(await settled;)/, '$1 if (!ON) $2'],
  ],
  'a row of the number that its authority holds is not raised': [
    [
      /(const isNewer = )(held\.revision) < (row\.revision) && (.*);/,
      '$1 ON && $2 === $3 || $2 < $3 && $4;',
    ],
  ],
  'a change takes back what a pending one has decided': [
    [
      /(decision !== null && )(heldRevisionOf\(row\) >= row\.revision - decision\.revisions);/,
      '$1(ON || $2);',
    ],
  ],
}
