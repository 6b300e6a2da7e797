// A request to the Portal API, ready to run, in the languages of those who will run it.

export const LANGUAGES = ['curl', 'JavaScript', 'Python', 'PHP'] as const
export type Language = (typeof LANGUAGES)[number]

/** Whatever `url` and `token` hold, each stays one literal of the language. */
export function snippet(language: Language, url: string, token: string): string {
  const header = `Authorization: Token ${token}`
  switch (language) {
    case 'curl':
      return `curl -H ${shellQuoted(header)} ${SHELL_SAFE.test(url) ? url : shellQuoted(url)}`
    case 'JavaScript':
      return [
        `const response = await fetch(${quoted(url)}, {`,
        `  headers: { Authorization: ${quoted(`Token ${token}`)} },`,
        '})',
        'if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)',
        'console.log(await response.text())',
      ].join('\n')
    case 'Python':
      return [
        'from urllib.request import Request, urlopen',
        '',
        // A JSON string is one of Python, too.
        `request = Request(${JSON.stringify(url)}, headers={"Authorization": ${JSON.stringify(`Token ${token}`)}})`,
        'with urlopen(request) as response:',
        '    print(response.read().decode())',
      ].join('\n')
    case 'PHP':
      return [
        '<?php',
        '$context = stream_context_create([',
        `    'http' => ['header' => ${quoted(header)}],`,
        ']);',
        `echo file_get_contents(${quoted(url)}, false, $context);`,
      ].join('\n')
  }
}

/** What a POSIX shell takes as it stands. */
const SHELL_SAFE = /^[\w@%+=:,./-]+$/

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Of JavaScript and of PHP; neither a token nor a URL has a line break. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
