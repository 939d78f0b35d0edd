package clips

import "time"

// Act is a line of the audit log: who did what, to what, when and from where. Before and After say in words what it
// changed; they never hold a secret.
type Act struct {
	ID       int64
	At       time.Time
	PersonID int64  // 0: nobody who signed in
	Who      string // their address
	Address  string // of the network they were in
	What     string // in a few words that are the same for all acts of the kind: "role changed"
	Subject  string // what it was done to
	Before   string
	After    string
}

// ActFilter narrows the audit log. Zero fields narrow nothing.
type ActFilter struct {
	Who, What, Subject string    // each a part of it, in any case
	From, Until        time.Time // Until is not included
	Below              int64     // only acts with a smaller ID: the page after one that ended there
	Most               int       // how many; 0 is all
}
