import { describe, expect, it } from 'vitest'
import { networksOfItem, type PastedText } from '../../src/keys/pasted-item.ts'
import { readPastedText } from '../../src/keys/pasted-text.ts'

const LIMITS = { characters: 100_000, slowCharacters: 40_000 }

describe('readPastedText()', () => {
  it.each([
    ['networks, one a line', '192.0.2.0/24\n2001:DB8::/32\r\n198.51.100.0/24\n'],
    ['with commas and spaces', '192.0.2.0/24, 2001:DB8::/32 198.51.100.0/24'],
    ['with semicolons', '192.0.2.0/24;2001:db8::/32; 198.51.100.0/24;'],
    ['with tabs', '192.0.2.0/24\t2001:db8::/32\t198.51.100.0/24'],
    ['with comments', '# offices\n192.0.2.0/24 # HQ\n2001:db8::/32 // IPv6\n198.51.100.0/24'],
    [
      'with comments in blocks',
      '/* a\n b */192.0.2.0/24\n2001:db8::/32<!-- c -->\n198.51.100.0/24',
    ],
  ])('takes as entries what stands for itself: %s', (_, text) => {
    expect(entriesOf(read(text))).toEqual(['192.0.2.0/24', '2001:db8::/32', '198.51.100.0/24'])
    expect(read(text).leftOut).toEqual([])
  })

  describe('rows of a table', () => {
    it.each([
      ['an address, its netmask and a name', '203.0.113.0\t255.255.255.0\tHQ'],
      ['the name first', 'HQ\t203.0.113.0\t255.255.255.0'],
      ['the netmask first', '255.255.255.0\t203.0.113.0\tHQ'],
      ['a number in front', '1\tHQ\t203.0.113.0\t255.255.255.0'],
      ['no name', '203.0.113.0\t255.255.255.0'],
      ['a wildcard mask', '203.0.113.0\t0.0.0.255\tHQ'],
      ['a network and a name', '203.0.113.0/24\tHQ'],
      ['the prefix length in a column', '203.0.113.0\t/24\tHQ'],
      ['commas', '203.0.113.0,255.255.255.0,HQ'],
      [
        'commas and quotes',
        '"203.0.113.0","255.255.255.0","HQ, second floor"'.replace(', s', ' s'),
      ],
      ['semicolons', '203.0.113.0;255.255.255.0;HQ'],
      ['a header', 'Network\tMask\tSite\n203.0.113.0\t255.255.255.0\tHQ'],
      ['a header and commas', 'Site,Network\nHQ,203.0.113.0/24'],
      ['a mask by its name', '203.0.113.0 mask 255.255.255.0'],
      ['full-width characters', '２０３．０．１１３．０\t255.255.255.0\t本社'],
    ])('suggests the network: %s', (_, text) => {
      expect(suggestedBy(text)).toEqual(['203.0.113.0/24'])
      expect(entriesOf(read(text))).toEqual([])
    })

    it('suggests the networks of several rows', () => {
      const rows = '203.0.113.0\t255.255.255.0\tHQ\n198.51.100.0\t255.255.255.128\tBranch\n'
      expect(suggestedBy(rows)).toEqual(['203.0.113.0/24', '198.51.100.0/25'])
    })

    it.each([
      ['a gateway beside the mask', '203.0.113.0\t255.255.255.0\t203.0.113.1'],
      ['a gateway and a name', '203.0.113.0\t255.255.255.0\t203.0.113.1\tHQ'],
      ['a number that may be the prefix length', '203.0.113.0\t24\tHQ'],
      ['an address and its mask on lines of their own', '203.0.113.0\n255.255.255.0\nHQ'],
      ['the same with bullets', '- 203.0.113.0\n- 255.255.255.0'],
      ['a list with a mask among its addresses', '203.0.113.0, 255.255.255.0, 203.0.113.1'],
      ['source and destination', 'Source\tDestination\n203.0.113.5\t192.0.2.10'],
      ['first and last', 'First\tLast\n203.0.113.5\t203.0.113.10'],
      ['a name like a host', '203.0.113.0/24\tvpn.example.com'],
      ['a route', 'route add 203.0.113.0 mask 255.255.255.0 192.0.2.1'],
      [
        'a route of another system',
        'route add -net 203.0.113.0 netmask 255.255.255.0 gw 192.0.2.1',
      ],
      ['a routing table', '203.0.113.0/24 via 192.0.2.1 dev eth0'],
      ['another one', '203.0.113.0  192.0.2.1  255.255.255.0  UG  0 0 0 eth0'],
      ['words that are not known', '203.0.113.0/24 whatever this is'],
      ['words before it', 'ours 203.0.113.0/24'],
      ['a hosts file', '203.0.113.5 db1 db2'],
    ])('suggests nothing and adds nothing where it is not certain: %s', (_, text) => {
      expect(suggestedBy(text)).toEqual([])
      expect(entriesOf(read(text))).toEqual([])
    })
  })

  describe('rules', () => {
    it.each([
      ['nginx', 'allow 203.0.113.0/24;'],
      ['nginx, and the rest denied', 'allow 203.0.113.0/24;\ndeny all;'],
      ['the same on one line', 'allow 203.0.113.0/24; deny all;'],
      ['Apache', 'Require ip 203.0.113.0/24'],
      ['Apache 2.2', 'Allow from 203.0.113.0/24'],
      ['Cisco, extended', 'permit ip 203.0.113.0 0.0.0.255 any'],
      [
        'Cisco, with the name of the list',
        'access-list 101 permit tcp 203.0.113.0 0.0.0.255 any eq 443',
      ],
      ['Cisco, standard', 'access-list 10 permit 203.0.113.0 0.0.0.255'],
      ['iptables', 'iptables -A INPUT -s 203.0.113.0/24 -p tcp --dport 443 -j ACCEPT'],
      ['iptables, and the rest dropped', '-A INPUT -s 203.0.113.0/24 -j ACCEPT\n-A INPUT -j DROP'],
      ['ufw', 'ufw allow from 203.0.113.0/24 to any port 443 proto tcp'],
      ['pf', 'pass in quick on em0 proto tcp from 203.0.113.0/24 to any port 443'],
      ['nftables', 'ip saddr 203.0.113.0/24 tcp dport 443 accept'],
    ])('suggests what a rule lets in: %s', (_, text) => {
      expect(suggestedBy(text)).toEqual(['203.0.113.0/24'])
    })

    it('suggests each network of a rule that lists several', () => {
      const text = 'Require ip 203.0.113.0/24 2001:db8::/32'
      expect(suggestedBy(text)).toEqual(['203.0.113.0/24', '2001:db8::/32'])
    })

    it.each([
      ['a destination', 'permit ip any 203.0.113.0 0.0.0.255'],
      ['a host that is called', 'permit tcp any host 203.0.113.5 eq 443'],
      ['source and destination', 'permit ip 203.0.113.0 0.0.0.255 192.0.2.0 0.0.0.255'],
      ['a destination of iptables', '-A INPUT -d 203.0.113.5 -j ACCEPT'],
      ['what goes out', '-A OUTPUT -s 203.0.113.5 -j ACCEPT'],
      ['a destination of ufw', 'ufw allow from any to 203.0.113.5 port 22'],
      ['part of an address', 'Require ip 203.0.113'],
      ['parts of addresses', 'Allow from 10 172.20 192.168.2'],
      ['a rule that is taken back', '-D INPUT -s 203.0.113.0/24 -j ACCEPT'],
      ['an option that is not known', '-A INPUT -s 203.0.113.0/24 --foo -j ACCEPT'],
      ['a mark without meaning for an ACL', 'route-map X permit 10 match 203.0.113.0/24'],
    ])('suggests nothing of a rule whose meaning is not certain: %s', (_, text) => {
      expect(suggestedBy(text)).toEqual([])
      expect(entriesOf(read(text))).toEqual([])
    })
  })

  describe('what a text denies', () => {
    it.each([
      ['nginx', 'deny 192.0.2.0/24;\nallow 203.0.113.0/24;'],
      ['nginx on one line', 'deny 192.0.2.0/24; allow 203.0.113.0/24;'],
      ['Apache', 'Require not ip 192.0.2.0/24\nRequire ip 203.0.113.0/24'],
      ['iptables', '-A INPUT -s 192.0.2.0/24 -j DROP\n-A INPUT -s 203.0.113.0/24 -j ACCEPT'],
      ['REJECT', '-A INPUT -s 192.0.2.0/24 -j REJECT\n-A INPUT -s 203.0.113.0/24 -j ACCEPT'],
      ['ufw', 'ufw deny from 192.0.2.0/24\nufw allow from 203.0.113.0/24'],
      ['pf', 'block in from 192.0.2.0/24\npass in from 203.0.113.0/24'],
      ['an exclamation mark', '!192.0.2.0/24\n203.0.113.0/24'],
      ['Cisco', 'deny ip 192.0.2.0 0.0.0.255 any\npermit ip 203.0.113.0 0.0.0.255 any'],
      ['a column', '192.0.2.0/24\tdeny\n203.0.113.0/24\tallow'],
      ['a column with commas', '192.0.2.0/24,blocked\n203.0.113.0/24,office'],
      ['a column with semicolons', '192.0.2.0/24;Abgelehnt\n203.0.113.0/24;Büro'],
      ['a remark behind', '192.0.2.0/24 # blocked since May\n203.0.113.0/24'],
      ['a heading over the rest', '203.0.113.0/24\n# Blocked\n192.0.2.0/24'],
    ])('is left out, and the rest is not: %s', (_, text) => {
      const pasted = read(text)
      expect(networksOf(pasted)).toEqual(['203.0.113.0/24'])
      expect(pasted.leftOut.map(({ why }) => why)).toEqual(['denied'])
      expect(pasted.leftOut[0]?.text).toMatch(/192\.0\.2\.0/)
    })

    it.each([
      ['a list with an exception', '203.0.113.0/24, !203.0.113.9'],
      ['an exception on the next line', '203.0.113.0/24\n!203.0.113.9'],
      ['an exception in front', 'deny 203.0.113.9;\nallow 203.0.113.0/24;'],
      ['a network around it', 'deny 203.0.0.0/16;\nallow 203.0.113.0/24;'],
      ['all denied first', 'deny all;\nallow 203.0.113.0/24;'],
      ['an order that is not known', 'Order deny,allow\nDeny from all\nAllow from 203.0.113.0/24'],
      ['a block that turns it round', '<RequireNone>\nRequire ip 203.0.113.0/24\n</RequireNone>'],
      ['a heading', 'Blocked:\n203.0.113.0/24'],
      ['a heading without a colon', 'Denied addresses\n203.0.113.0/24'],
      ['a heading in a comment', '# blacklist\n203.0.113.0/24'],
      ['a heading in a comment of a block', '/* Do not allow */\n203.0.113.0/24'],
      ['a heading in another language', 'Gesperrte Adressen\n203.0.113.0/24'],
      ['a word on the next line', '203.0.113.0/24\nDeny\n'],
      ['one refused in part', 'deny from 203.0.113\nallow from 203.0.113.0/24'],
      ['a negated source', '-A INPUT ! -s 203.0.113.0/24 -j ACCEPT'],
      ['a rule that is negated', 'no permit ip 203.0.113.0 0.0.0.255 any'],
      ['a header that says so', 'Blocked\tSite\n203.0.113.0/24\tHQ'],
      ['Destinations', 'Destination\tName\n203.0.113.0/24\tHQ'],
      ['a word for what is over', '203.0.113.0/24\tformer office'],
      ['a word behind it', '203.0.113.0/24 disabled'],
      ['a remark for what is over', '203.0.113.0/24 # old office'],
      ['hosts.deny', 'ALL: 203.0.113.0/24 EXCEPT 203.0.113.9'],
      ['a diff', '-203.0.113.0/24\n+203.0.113.0/25'],
      ['Chinese', '203.0.113.0/24\t禁止'],
      ['Russian', '203.0.113.0/24\tзапрещено'],
      ['Markdown that strikes it out', '~~203.0.113.0/24~~'],
    ])('leaves nothing to suggest or to add: %s', (_, text) => {
      expect(networksOf(read(text))).toEqual([])
    })
  })

  describe('what a text comments on', () => {
    it.each([
      ['a number sign', '# 192.0.2.1 old office\n203.0.113.0/24'],
      ['two slashes', '// 192.0.2.1 old office\n203.0.113.0/24'],
      ['a semicolon', '; 192.0.2.1 old office\n203.0.113.0/24'],
      ['a semicolon before an address alone', '; 192.0.2.1\n203.0.113.0/24'],
      ['two hyphens', '-- 192.0.2.1\n203.0.113.0/24'],
      ['REM', 'REM 192.0.2.1\n203.0.113.0/24'],
      ['a block', '/* 192.0.2.1 */\n203.0.113.0/24'],
      ['an apostrophe', "' 192.0.2.1\n203.0.113.0/24"],
      ['three quotes', '"""\n192.0.2.1/32\n"""\n203.0.113.0/24'],
      ['a block over lines', '/*\n192.0.2.1/32\n*/\n203.0.113.0/24'],
      ['a block without an end', '203.0.113.0/24\n/*\n192.0.2.1/32\n'],
      ['a block of HTML', '<!-- 192.0.2.1 -->\n203.0.113.0/24'],
      ['behind an entry', '203.0.113.0/24 # was 192.0.2.1'],
      ['behind an entry without a space', '203.0.113.0/24# 192.0.2.1'],
      ['behind an entry, two slashes', '203.0.113.0/24 // was 192.0.2.1'],
      ['behind an entry, in a block', '203.0.113.0/24 /* was 192.0.2.1 */'],
      ['before an entry, in a block', '/* 192.0.2.1 */ 203.0.113.0/24'],
    ])('is left out: %s', (_, text) => {
      const pasted = read(text)
      expect(entriesOf(pasted)).toEqual(['203.0.113.0/24'])
      expect(pasted.leftOut.length).toBeGreaterThan(0)
      expect(pasted.leftOut.every(({ why }) => why === 'comment')).toBe(true)
    })

    it('is not suggested where a semicolon begins it behind an entry', () => {
      expect(networksOf(read('203.0.113.0/24 ; was 192.0.2.1'))).not.toContain('192.0.2.1/32')
    })

    it('does not take what stands in quotes for a comment', () => {
      expect(suggestedBy('203.0.113.0/24,"HQ #2"')).toEqual(['203.0.113.0/24'])
    })
  })

  describe('notations of programs', () => {
    const both = ['192.0.2.0/24', '198.51.100.0/24']
    it.each([
      ['JSON', '["192.0.2.0/24","198.51.100.0/24"]'],
      ['JSON over lines', '[\n  "192.0.2.0/24",\n  "198.51.100.0/24"\n]\n'],
      ['a comma at the end', '["192.0.2.0/24", "198.51.100.0/24",]'],
      ['single quotes', "['192.0.2.0/24', '198.51.100.0/24']"],
      ['a tuple', "('192.0.2.0/24', '198.51.100.0/24',)"],
      ['a set', '{"192.0.2.0/24", "198.51.100.0/24"}'],
      ['no quotes', '[192.0.2.0/24, 198.51.100.0/24]'],
      ['an assignment', 'ALLOWED_IPS = ["192.0.2.0/24", "198.51.100.0/24"]'],
      ['a variable of a shell', 'ALLOWED_IPS="192.0.2.0/24,198.51.100.0/24"'],
      ['objects', '[{"ip":"192.0.2.0/24","comment":"HQ"},{"ip":"198.51.100.0/24","comment":"B"}]'],
      ['an object', '{"ip_acl": ["192.0.2.0/24", "198.51.100.0/24"], "name": "x y"}'],
      ['PHP', "['ip' => '192.0.2.0/24'], ['ip' => '198.51.100.0/24']"],
      ['YAML', '- 192.0.2.0/24\n- 198.51.100.0/24'],
      ['YAML with quotes', '- "192.0.2.0/24"\n- \'198.51.100.0/24\''],
      ['YAML under a key', 'loadBalancerSourceRanges:\n  - 192.0.2.0/24\n  - 198.51.100.0/24\n'],
      [
        'YAML with objects',
        '- cidr: 192.0.2.0/24\n  description: main office\n- cidr: 198.51.100.0/24',
      ],
      ['Terraform', 'cidr_blocks = ["192.0.2.0/24", "198.51.100.0/24"]'],
      [
        'Terraform, a block',
        'ingress {\n  from_port = 443\n  to_port = 443\n  protocol = "tcp"\n  cidr_blocks = [\n    "192.0.2.0/24", # HQ\n    "198.51.100.0/24",\n  ]\n}',
      ],
      [
        'a security group of AWS',
        '{"IpPermissions":[{"FromPort":443,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"192.0.2.0/24","Description":"HQ"},{"CidrIp":"198.51.100.0/24"}],"Ipv6Ranges":[],"PrefixListIds":[],"ToPort":443,"UserIdGroupPairs":[]}]}',
      ],
    ])('suggests the networks of %s', (_, text) => {
      expect(suggestedBy(text)).toEqual(both)
      expect(entriesOf(read(text))).toEqual([])
    })

    it.each([
      ['what goes out', '{"IpPermissionsEgress":[{"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}'],
      ['a list that denies', '{"deny":["192.0.2.0/24"]}'],
      ['an effect', '[{"cidr":"192.0.2.0/24","effect":"Deny"}]'],
      ['an action on a line of its own', 'cidr: 192.0.2.0/24\naction: block'],
      ['a block list', 'blockedIps: ["192.0.2.0/24"]'],
      ['an exception', 'ipBlock:\n  cidr: 192.0.0.0/16\n  except:\n    - 192.0.2.0/24'],
      ['a negated condition', '{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}'],
      ['an entry that is off', '[{"ip":"192.0.2.0/24","enabled":false}]'],
      ['the same with a number', '[{"ip":"192.0.2.0/24","enabled":0}]'],
      ['a key that is not known', '{"dns":["192.0.2.0/24"]}'],
      ['a key that is not known over one that is', '{"sperrliste":{"ip":["192.0.2.0/24"]}}'],
      ['a gateway', 'gateway = "192.0.2.1"'],
      ['a remark', '{"comment":"192.0.2.0/24"}'],
      ['a mask in a key of its own', '{"ip":"192.0.2.0","netmask":"255.255.255.0"}'],
      ['a mask in the list', '["192.0.2.0","255.255.255.0"]'],
      ['a prefix length beside it', '("192.0.2.0", 24)'],
      ['networks as keys', '{"192.0.2.0/24":"HQ"}'],
      ['what is no address in the list', '["192.0.2.0/24","10.0.0"]'],
      ['half of it', '["192.0.2.0/24","198.51.100.0/24"'],
      ['a comment that denies', '[ // blocked\n"192.0.2.0/24"]'],
      ['a list to be ticked', '- [ ] 192.0.2.0/24 whatever'],
    ])('suggests nothing of %s', (_, text) => {
      expect(networksOf(read(text))).toEqual([])
    })

    it('leaves out what is commented on in it', () => {
      const pasted = read('[\n"203.0.113.0/24",\n// "192.0.2.0/24",\n]')
      expect(networksOf(pasted)).toEqual(['203.0.113.0/24'])
      expect(pasted.leftOut).toEqual([{ text: '// "192.0.2.0/24",', why: 'comment' }])
    })
  })

  it.each([
    [
      'lines that are no networks',
      Array.from({ length: 3_001 }, (_, i) => `nonsense ${i}`).join('\n'),
    ],
    ['characters', '1.1.1.1/32\n'.repeat(20_000)],
  ])('reads no more %s than it is told to', (_, text) => {
    expect(readPastedText(text, LIMITS)).toBeNull()
  })
})

function read(text: string): PastedText {
  const pasted = readPastedText(text, LIMITS)
  if (pasted === null) throw new Error('The text is beyond the limits')
  return pasted
}

function entriesOf({ items }: PastedText): string[] {
  return items.flatMap((item) => (item.kind === 'network' ? item.text : []))
}

/** What would be added or suggested. */
function networksOf({ items }: PastedText): string[] {
  return items.flatMap(networksOfItem)
}

function suggestedBy(text: string): string[] {
  return read(text).items.flatMap((item) => (item.kind === 'unclear' ? item.networks : []))
}
