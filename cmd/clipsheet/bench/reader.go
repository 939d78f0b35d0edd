package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Stream is many requests for what is there, over readers connections at once.
type Stream struct {
	PerSecond float64 `json:"per_second"`
	CPU       float64 `json:"cpu_microseconds,omitempty"` // of the server, for one answer; 0 where the system does not tell
	Bytes     int64   `json:"bytes"`                      // of one answer
}

// reader is a connection on which one answer after the other is asked for. It does as little as it may, since it runs on
// the cores of the server that it measures.
type reader struct {
	conn net.Conn
	in   *bufio.Reader
	text *textproto.Reader
}

func dial(ctx context.Context, address string) (*reader, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(conn, 256<<10)
	return &reader{conn, in, textproto.NewReader(in)}, nil
}

// ask sends a request, and reads its answer to the end. The server must say how long it is.
func (r *reader) ask(request []byte) (length int64, err error) {
	if _, err := r.conn.Write(request); err != nil {
		return 0, err
	}
	status, err := r.text.ReadLineBytes()
	if err != nil {
		return 0, err
	}
	if code := string(status[min(9, len(status)):]); !strings.HasPrefix(code, "200") && !strings.HasPrefix(code, "304") {
		return 0, fmt.Errorf("the server answered %q", status)
	} else if strings.HasPrefix(code, "200") {
		length = -1
	}
	for {
		line, err := r.text.ReadLineBytes()
		if err != nil {
			return 0, err
		}
		if len(line) == 0 {
			break
		}
		if name, value, _ := strings.Cut(string(line), ":"); length < 0 && strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, fmt.Errorf("the server did not say how long its answer is")
	}
	_, err = r.in.Discard(int(length))
	return length, err
}

// stream asks a server for some addresses in turns, over a few connections, as often as it can for a while.
func stream(ctx context.Context, server process, addresses []string, length time.Duration, headers ...string) (s Stream, err error) {
	requests := make([][]byte, len(addresses))
	var host string
	for i, address := range addresses {
		at, err := url.Parse(address)
		if err != nil {
			return s, err
		}
		host = at.Host
		requests[i] = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n", at.RequestURI(), at.Host)
		for h := 0; h < len(headers); h += 2 {
			requests[i] = fmt.Appendf(requests[i], "%s: %s\r\n", headers[h], headers[h+1])
		}
		requests[i] = append(requests[i], "\r\n"...)
	}
	var all [readers]*reader
	for i := range all {
		if all[i], err = dial(ctx, host); err != nil {
			return s, err
		}
		defer all[i].conn.Close()
	}
	if s.Bytes, err = all[0].ask(requests[0]); err != nil { // makes the file
		return s, err
	}
	var count atomic.Int64
	before, began := server.cpu(), time.Now()
	err = together(readers, func(i int) error {
		for time.Since(began) < length && ctx.Err() == nil {
			if _, err := all[i].ask(requests[count.Add(1)%int64(len(requests))]); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	answers := float64(count.Load())
	s.PerSecond = answers / time.Since(began).Seconds()
	s.CPU = (server.cpu() - before).Seconds() * 1e6 / answers
	return s, err
}
