package simulator

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

const usualFields = "kind,id,name,mimeType"

// fileMessage is the File resource, as the caller may see it. The caller of the function holds the lock.
func (s *Simulator) fileMessage(x *Exchange, f *file) *wire.Message {
	role := f.role(x.who.email)
	may := rank[role] >= rank[Writer]
	m := wire.New("kind", "drive#file", "id", f.id, "name", f.name(), "mimeType", f.mime,
		"version", strconv.FormatInt(f.version, 10), "trashed", f.trashed,
		"createdTime", stamp(f.created), "modifiedTime", stamp(f.modified),
		"webViewLink", addressOf(baseOf(x.r), f.id), "ownedByMe", role == Owner,
		"capabilities", wire.New("canEdit", may, "canCopy", true, "canComment", rank[role] >= rank[Commenter],
			"canShare", may, "canRename", may, "canTrash", role == Owner, "canDelete", role == Owner, "canDownload", true))
	if f.owner != "" {
		m.Set("owners", []any{wire.New("kind", "drive#user", "displayName", f.owner, "emailAddress", f.owner,
			"me", f.owner == x.who.email)})
	}
	if f.drive != "" {
		m.Set("driveId", f.drive)
		m.Set("parents", []any{f.drive})
	}
	if may {
		m.Set("permissions", wire.ListOf(f.permissions()))
	}
	return m
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// describe answers with a file, as far as it is asked for.
func (s *Simulator) describe(x *Exchange, f *file) (*wire.Message, error) {
	mask, err := driveMask(x.r.URL.Query(), usualFields)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return mask.Project(s.fileMessage(x, f)), nil
}

func (s *Simulator) getFile(x *Exchange) (*wire.Message, error) {
	f, err := s.driveFile(x, Reader)
	if err != nil {
		return nil, err
	}
	return s.describe(x, f)
}

func (s *Simulator) createFile(x *Exchange) (*wire.Message, error) {
	body, err := x.driveBody()
	if err != nil {
		return nil, err
	}
	if mime := body.Text("mimeType"); mime != sheetMime {
		return nil, driveError(http.StatusBadRequest, "badRequest",
			"This simulator of Google Drive creates spreadsheets only, not "+strconv.Quote(mime)+".", "")
	}
	drive, err := s.driveFor(x, body)
	if err != nil {
		return nil, err
	}
	title := body.Text("name")
	if title == "" {
		title = "Untitled"
	}
	f, err := s.create(x.who.email, drive, wire.New("properties", wire.New("title", title)))
	if err != nil {
		return nil, err
	}
	s.Pick(f.id, x.who.client.ID)
	return s.describe(x, f)
}

// driveFor is the shared drive a new file goes to, or nothing for the caller's own, which a service account lacks.
func (s *Simulator) driveFor(x *Exchange, body *wire.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, parent := range body.List("parents") {
		id, _ := parent.(string)
		switch {
		case s.drives[id] && x.r.URL.Query().Get("supportsAllDrives") == "true":
			return id, nil
		case id != "root":
			return "", fileNotFound(id)
		}
	}
	if x.who.robot {
		return "", driveError(http.StatusForbidden, "storageQuotaExceeded",
			"Service Accounts do not have storage quota. Leverage shared drives "+
				"(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation "+
				"(http://support.google.com/a/answer/7281227) instead.", "")
	}
	return "", nil
}

func (s *Simulator) copyFile(x *Exchange) (*wire.Message, error) {
	f, err := s.driveFile(x, Reader)
	if err != nil {
		return nil, err
	}
	body, err := x.driveBody()
	if err != nil {
		return nil, err
	}
	if f.mime != sheetMime {
		return nil, driveError(http.StatusBadRequest, "badRequest", "This simulator of Google Drive copies spreadsheets only.", "")
	}
	drive, err := s.driveFor(x, body)
	if err != nil {
		return nil, err
	}
	c := s.copyBook(s.bookOf(f), x.who.email, body.Text("name"), drive)
	s.Pick(c.id, x.who.client.ID)
	return s.describe(x, c)
}

// updateFile renames a file or puts it into the bin.
func (s *Simulator) updateFile(x *Exchange) (*wire.Message, error) {
	body, err := x.driveBody()
	if err != nil {
		return nil, err
	}
	role := Writer
	if body.Has("trashed") {
		role = Owner
	}
	f, err := s.driveFile(x, role)
	if err != nil {
		return nil, err
	}
	if name := body.Text("name"); name != "" && f.mime == sheetMime {
		if _, err := s.change(f, x.who, func(b *book.Book, _ book.Editor) (*book.Book, *wire.Message, error) {
			return b.Retitle(name, s.now()), nil, nil
		}); err != nil {
			return nil, err
		}
	}
	if body.Has("trashed") {
		s.mu.Lock()
		f.trashed = body.Bool("trashed")
		s.mu.Unlock()
	}
	return s.describe(x, f)
}

func (s *Simulator) deleteFile(x *Exchange) (*wire.Message, error) {
	f, err := s.driveFile(x, Owner)
	if err != nil {
		return nil, err
	}
	s.Delete(f.id)
	return nil, nil
}

// listFiles lists what the caller sees, the newest first.
func (s *Simulator) listFiles(x *Exchange) (*wire.Message, error) {
	q := x.r.URL.Query()
	mask, err := driveMask(q, "kind,incompleteSearch,files("+usualFields+")")
	if err != nil {
		return nil, err
	}
	matches, err := readDriveQuery(q.Get("q"))
	if err != nil {
		return nil, err
	}
	limit := 100
	if n, err := strconv.Atoi(q.Get("pageSize")); err == nil && n > 0 {
		limit = min(n, 1000)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*wire.Message
	for i := len(s.order) - 1; i >= 0 && len(found) < limit; i-- {
		f := s.files[s.order[i]]
		if f == nil || f.role(x.who.email) == "" || x.who.fileScoped() && !f.apps[x.who.client.ID] || !matches(f, x.who.email) {
			continue
		}
		found = append(found, s.fileMessage(x, f))
	}
	return mask.Project(wire.New("kind", "drive#fileList", "incompleteSearch", false, "files", listOrEmpty(found))), nil
}

func listOrEmpty(found []*wire.Message) any {
	if len(found) == 0 {
		return []any{}
	}
	return wire.ListOf(found)
}

var driveTerm = regexp.MustCompile(`^(?:(name|mimeType) *(=|!=|contains) *'((?:[^'\\]|\\.)*)'|` +
	`trashed *= *(true|false)|` +
	`'((?:[^'\\]|\\.)*)' in (owners))$`)

// readDriveQuery reads terms with "and" between them, of the kinds a program asks for its spreadsheets with.
func readDriveQuery(q string) (func(*file, string) bool, error) {
	var terms [][]string
	if strings.TrimSpace(q) != "" {
		for _, term := range strings.Split(q, " and ") {
			m := driveTerm.FindStringSubmatch(strings.TrimSpace(term))
			if m == nil {
				return nil, driveError(http.StatusBadRequest, "invalid", "Invalid Value", "q")
			}
			terms = append(terms, m)
		}
	}
	return func(f *file, email string) bool {
		for _, m := range terms {
			if !holds(f, email, m) {
				return false
			}
		}
		return true
	}, nil
}

func holds(f *file, email string, m []string) bool {
	field, op, text := m[1], m[2], strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(m[3])
	has := f.mime
	if field == "name" {
		has = f.name()
	}
	switch {
	case m[4] != "":
		return f.trashed == (m[4] == "true")
	case m[6] != "":
		return f.owner == m[5] || m[5] == "me" && f.owner == email
	case op == "contains":
		return strings.Contains(strings.ToLower(has), strings.ToLower(text))
	}
	return (has == text) == (op == "=")
}
