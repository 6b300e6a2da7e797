// Code for a request to the Portal API, ready to run, in several languages.

export const LANGUAGES = ['curl', 'JavaScript', 'Python', 'PHP'] as const
export type Language = (typeof LANGUAGES)[number]

/** `url` and `token` are escaped, so each stays one literal of the language. */
export function snippet(language: Language, url: string, token: string): string {
  const header = `Authorization: Token ${token}`
  switch (language) {
    case 'curl':
      return `curl -H ${quoteForShell(header)} ${SHELL_SAFE.test(url) ? url : quoteForShell(url)}`
    case 'JavaScript':
      return [
        `const response = await fetch(${quote(url)}, {`,
        `  headers: { Authorization: ${quote(`Token ${token}`)} },`,
        '})',
        'if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)',
        'console.log(await response.text())',
      ].join('\n')
    case 'Python':
      return [
        'from urllib.request import Request, urlopen',
        '',
        // A JSON string is a valid Python string.
        `request = Request(${JSON.stringify(url)}, headers={"Authorization": ${JSON.stringify(`Token ${token}`)}})`,
        'with urlopen(request) as response:',
        '    print(response.read().decode())',
      ].join('\n')
    case 'PHP':
      return [
        '<?php',
        '$context = stream_context_create([',
        `    'http' => ['header' => ${quote(header)}],`,
        ']);',
        `echo file_get_contents(${quote(url)}, false, $context);`,
      ].join('\n')
  }
}

/** Text that a POSIX shell needs no quotes for. */
const SHELL_SAFE = /^[\w@%+=:,./-]+$/

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A string literal of JavaScript or PHP. Neither a token nor a URL has a line break. */
function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
