// Code for a request to the Portal API, ready to run, in several languages.

import { curlLine, shellWord } from './curl-line.ts'

export const LANGUAGES = [
  'curl',
  '.env',
  '.http',
  'Postman',
  'JavaScript',
  'Python',
  'PHP',
  'Go',
  'C#',
] as const
export type Language = (typeof LANGUAGES)[number]

/** `url` and `token` are escaped, so each stays one literal of the language. */
export function snippet(language: Language, url: string, token: string): string {
  const header = `Authorization: Token ${token}`
  switch (language) {
    case 'curl':
      return curlLine(url, token)
    case '.env':
      return `PORTAL_API_URL=${shellWord(url)}\nPORTAL_API_TOKEN=${shellWord(token)}`
    case '.http':
      return `GET ${url}\nAuthorization: Token ${token}`
    case 'Postman':
      return JSON.stringify(postmanCollection(url, token), null, 2)
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
    case 'Go':
      return [
        'package main',
        '',
        'import "io"',
        'import "log"',
        'import "net/http"',
        'import "os"',
        '',
        'func main() {',
        // A JSON string without unusual characters is a valid string of Go and C#.
        `\trequest, err := http.NewRequest("GET", ${JSON.stringify(url)}, nil)`,
        '\tif err != nil {',
        '\t\tlog.Fatal(err)',
        '\t}',
        `\trequest.Header.Set("Authorization", ${JSON.stringify(`Token ${token}`)})`,
        '\tresponse, err := http.DefaultClient.Do(request)',
        '\tif err != nil {',
        '\t\tlog.Fatal(err)',
        '\t}',
        '\tdefer response.Body.Close()',
        '\tio.Copy(os.Stdout, response.Body)',
        '}',
      ].join('\n')
    case 'C#':
      return [
        'using var client = new HttpClient();',
        `client.DefaultRequestHeaders.Add("Authorization", ${JSON.stringify(`Token ${token}`)});`,
        `Console.WriteLine(await client.GetStringAsync(${JSON.stringify(url)}));`,
      ].join('\n')
  }
}

/** To be imported: https://schema.getpostman.com/json/collection/v2.1.0/collection.json. */
function postmanCollection(url: string, token: string) {
  return {
    info: {
      name: 'CommPeak Portal API',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      {
        name: 'Example request',
        request: {
          method: 'GET',
          header: [{ key: 'Authorization', value: `Token ${token}` }],
          url,
        },
      },
    ],
  }
}

/** A string literal of JavaScript or PHP. Neither a token nor a URL has a line break. */
function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
