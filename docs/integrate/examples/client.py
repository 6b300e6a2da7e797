# python3 client.py GET /customer
# python3 client.py POST /calls '{"to":"4930123456"}'
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request

TRIES = 5
MAX_PAUSE_S = 60
IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
# Refused by the gateway itself: the Portal API never saw the request.
NOT_SENT_ON = {"authentication_unavailable", "rate_limited"}


def call_portal_api(method, path, body=None):
    """Answers the status and the body; raises URLError where there is no answer."""
    request = urllib.request.Request(
        os.environ["PORTAL_API_URL"] + path,
        data=None if body is None else body.encode(),
        headers={"Authorization": "Token " + os.environ["PORTAL_API_KEY"]},
        method=method,
    )
    if body is not None:
        request.add_header("Content-Type", "application/json")
    for attempt in range(1, TRIES + 1):
        pause = 0.5 * 2**attempt * random.uniform(0.5, 1)
        try:
            with urllib.request.urlopen(request, timeout=310) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            status, answer = error.code, error.read()
            if error.headers.get("Retry-After", "").isdigit():
                pause = int(error.headers["Retry-After"])
            if not may_repeat(method, status, answer) or attempt == TRIES or pause > MAX_PAUSE_S:
                return status, answer
        except OSError:
            if method not in IDEMPOTENT or attempt == TRIES:
                raise
        time.sleep(pause)


def may_repeat(method, status, answer):
    if status not in {429, 502, 503, 504}:
        return False
    if method in IDEMPOTENT:
        return True
    try:
        return json.loads(answer).get("code") in NOT_SENT_ON
    except (ValueError, AttributeError):
        return False


if __name__ == "__main__":
    status, answer = call_portal_api(*sys.argv[1:])
    print(status)
    print(answer.decode())
    sys.exit(0 if status < 300 else 1)
