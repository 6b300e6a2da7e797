// A request to the Portal API, ready to run, in the languages of those who will run it.

export const LANGUAGES = ['curl', 'JavaScript', 'Python', 'PHP'] as const
export type Language = (typeof LANGUAGES)[number]

/** `token`: it consists of letters, digits and underscores, so it needs no quoting. */
export function snippet(language: Language, url: string, token: string): string {
  switch (language) {
    case 'curl':
      return `curl -H 'Authorization: Token ${token}' ${url}`
    case 'JavaScript':
      return [
        `const response = await fetch('${url}', {`,
        `  headers: { Authorization: 'Token ${token}' },`,
        '})',
        'if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)',
        'console.log(await response.text())',
      ].join('\n')
    case 'Python':
      return [
        'from urllib.request import Request, urlopen',
        '',
        `request = Request("${url}", headers={"Authorization": "Token ${token}"})`,
        'with urlopen(request) as response:',
        '    print(response.read().decode())',
      ].join('\n')
    case 'PHP':
      return [
        '<?php',
        '$context = stream_context_create([',
        `    'http' => ['header' => 'Authorization: Token ${token}'],`,
        ']);',
        `echo file_get_contents('${url}', false, $context);`,
      ].join('\n')
  }
}

/** Where the Portal API answers: the page's own origin, by any path that is not the page's. */
export function exampleUrl(): string {
  return `${location.origin}/customer`
}
