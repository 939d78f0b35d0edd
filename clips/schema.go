package clips

// Table is a table or view of a source that queries may read.
type Table struct {
	Schema  string        `json:"schema"`
	Name    string        `json:"name"`
	Kind    string        `json:"kind"` // table, view, materialized view, foreign table
	Comment string        `json:"comment,omitempty"`
	Rows    int64         `json:"rows"`  // about how many; -1: nobody has counted
	Plain   string        `json:"plain"` // how SQL names it
	Columns []TableColumn `json:"columns"`
}

// TableColumn is a column of one.
type TableColumn struct {
	Name    string `json:"name"`
	Plain   string `json:"plain"` // how SQL names it
	Type    string `json:"type"`
	Comment string `json:"comment,omitempty"`
}
