package simulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Network is a network in memory with one host on it. Real HTTP goes over it, so a connection that is cut is a
// connection that is cut; and since it has no sockets, it works under testing/synctest.
type Network struct {
	URL string // of the host

	server *http.Server
	serves sync.WaitGroup
	dials  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen puts a handler, such as a Simulator, on a network of its own. Close it, and the idle connections of its
// clients before.
func Listen(h http.Handler) *Network {
	n := &Network{URL: "http://google.test", dials: make(chan net.Conn), closed: make(chan struct{})}
	n.server = &http.Server{Handler: h}
	n.serves.Go(func() { n.server.Serve(listener{n}) })
	return n
}

// Client is a fresh client whose every address is that of the host.
func (n *Network) Client() *http.Client { return &http.Client{Transport: n.Transport()} }

// Transport is what Client uses, for clients with a transport of their own around it.
func (n *Network) Transport() *http.Transport {
	return &http.Transport{DialContext: n.dial, ForceAttemptHTTP2: false}
}

func (n *Network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case n.dials <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.closed:
		return nil, errors.New("the network is closed")
	}
}

// Close closes the host and every connection to it. It may be repeated.
func (n *Network) Close() error {
	n.shut()
	err := n.server.Close()
	n.serves.Wait()
	return err
}

func (n *Network) shut() { n.once.Do(func() { close(n.closed) }) }

// listener is the side of the server.
type listener struct{ n *Network }

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.n.dials:
		return c, nil
	case <-l.n.closed:
		return nil, net.ErrClosed
	}
}

func (l listener) Close() error {
	l.n.shut()
	return nil
}

func (l listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "google.test" }
