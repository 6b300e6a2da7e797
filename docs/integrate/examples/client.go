// go run client.go GET /customer
// go run client.go POST /calls '{"to":"4930123456"}'
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	tries    = 5
	maxPause = 60 * time.Second
)

var idempotent = map[string]bool{"GET": true, "HEAD": true, "OPTIONS": true, "PUT": true, "DELETE": true}

// Refused by the gateway itself: the Portal API never saw the request.
var notSentOn = map[string]bool{"authentication_unavailable": true, "rate_limited": true}

var client = &http.Client{Timeout: 310 * time.Second}

func callPortalAPI(method, path, body string) (status int, answer []byte, err error) {
	for attempt := 1; ; attempt++ {
		pause := time.Duration((0.5 + rand.Float64()/2) * float64(500*time.Millisecond) * float64(int(1)<<attempt))
		var response *http.Response
		response, err = send(method, path, body)
		if err == nil {
			status = response.StatusCode
			answer, err = io.ReadAll(response.Body)
			response.Body.Close()
			if seconds, bad := strconv.Atoi(response.Header.Get("Retry-After")); bad == nil {
				pause = time.Duration(seconds) * time.Second
			}
		}
		repeat := idempotent[method]
		if err == nil {
			repeat = mayRepeat(method, status, answer)
		}
		if !repeat || attempt == tries || pause > maxPause {
			return status, answer, err
		}
		time.Sleep(pause)
	}
}

func send(method, path, body string) (*http.Response, error) {
	request, err := http.NewRequest(method, os.Getenv("PORTAL_API_URL")+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Token "+os.Getenv("PORTAL_API_KEY"))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return client.Do(request)
}

func mayRepeat(method string, status int, answer []byte) bool {
	switch status {
	case 429, 502, 503, 504:
		var problem struct{ Code string }
		_ = json.Unmarshal(answer, &problem)
		return idempotent[method] || notSentOn[problem.Code]
	}
	return false
}

func main() {
	arguments := append(os.Args[1:], "")
	status, answer, err := callPortalAPI(arguments[0], arguments[1], arguments[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d\n%s\n", status, answer)
	if status >= 300 {
		os.Exit(1)
	}
}
