<?php
// php client.php GET /customer
// php client.php POST /calls '{"to":"4930123456"}'
declare(strict_types=1);

const TRIES = 5;
const MAX_PAUSE_S = 60;
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];
// Refused by the gateway itself: the Portal API never saw the request.
const NOT_SENT_ON = ['authentication_unavailable', 'rate_limited'];

/** Answers the status, 0 where there is none, and the body. */
function callPortalApi(string $method, string $path, ?string $body = null): array
{
    for ($attempt = 1; ; $attempt++) {
        $retryAfter = 0;
        $headers = ['Authorization: Token ' . getenv('PORTAL_API_KEY')];
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
        }
        $curl = curl_init(getenv('PORTAL_API_URL') . $path);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_NOBODY => $method === 'HEAD',
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 310,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$retryAfter): int {
                if (preg_match('/^retry-after:\s*(\d+)/i', $line, $found)) {
                    $retryAfter = (int) $found[1];
                }
                return strlen($line);
            },
        ]);
        if ($body !== null) {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        $answer = (string) curl_exec($curl);
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        $pause = $retryAfter > 0 ? $retryAfter : 0.5 * 2 ** $attempt * random_int(50, 100) / 100;
        if ($attempt === TRIES || $pause > MAX_PAUSE_S || !mayRepeat($method, $status, $answer)) {
            return [$status, $answer];
        }
        usleep((int) ($pause * 1_000_000));
    }
}

function mayRepeat(string $method, int $status, string $answer): bool
{
    if (!in_array($status, [0, 429, 502, 503, 504], true)) {
        return false;
    }
    $code = json_decode($answer, true)['code'] ?? null;
    return in_array($method, IDEMPOTENT, true) || in_array($code, NOT_SENT_ON, true);
}

[$status, $answer] = callPortalApi(...array_slice($argv, 1));
echo $status, "\n", $answer, "\n";
exit($status >= 200 && $status < 300 ? 0 : 1);
