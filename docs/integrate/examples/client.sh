#!/bin/sh
# sh client.sh GET /customer
# sh client.sh POST /calls '{"to":"4930123456"}'
set -u
method=$1 path=$2 body=${3-}
answer=$(mktemp) headers=$(mktemp)
trap 'rm -f "$answer" "$headers"' EXIT

# The key goes in by standard input, so that no list of processes shows it.
send() {
  printf 'header = "Authorization: Token %s"\n' "$PORTAL_API_KEY" |
    curl --silent --show-error --config - --max-time 310 --request "$method" \
      ${body:+--header 'Content-Type: application/json' --data-binary "$body"} \
      --output "$answer" --dump-header "$headers" --write-out '%{http_code}' "$PORTAL_API_URL$path"
}

may_repeat() {
  case $status in 000 | 429 | 502 | 503 | 504) ;; *) return 1 ;; esac
  case $method in GET | PUT | DELETE) return 0 ;; esac
  # Refused by the gateway itself: the Portal API never saw the request.
  grep -qE '"code":"(authentication_unavailable|rate_limited)"' "$answer"
}

for pause in 1 2 4 8 -; do
  status=$(send)
  wait=$(sed -n 's/^retry-after: *\([0-9]*\).*/\1/Ip' "$headers" | tail -n 1)
  if [ "$pause" = - ] || ! may_repeat || [ "${wait:=$pause}" -gt 60 ]; then break; fi
  sleep "$wait"
done
echo "$status"
cat "$answer"
case $status in 2*) ;; *) exit 1 ;; esac
