package simulator

import (
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"clipsheet/sheets/simulator/internal/wire"
)

// permissions are the Permission resources of a file. The caller holds the lock.
func (f *file) permissions() []*wire.Message {
	var all []*wire.Message
	if f.owner != "" {
		all = append(all, permission(f.owner, Owner))
	}
	for _, email := range slices.Sorted(maps.Keys(f.roles)) {
		if f.roles[email] != "" {
			all = append(all, permission(email, f.roles[email]))
		}
	}
	if f.anyone != "" {
		all = append(all, wire.New("kind", "drive#permission", "id", "anyoneWithLink", "type", "anyone", "role", f.anyone))
	}
	return all
}

func permission(email, role string) *wire.Message {
	h := fnv.New64a()
	h.Write([]byte(email))
	return wire.New("kind", "drive#permission", "id", strconv.FormatUint(h.Sum64(), 10), "type", "user", "role", role,
		"emailAddress", email, "displayName", email)
}

func (s *Simulator) listPermissions(x *Exchange) (*wire.Message, error) {
	f, err := s.driveFile(x, Writer)
	if err != nil {
		return nil, err
	}
	mask, err := driveMask(x.r.URL.Query(), "kind,permissions(kind,id,type,role)")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return mask.Project(wire.New("kind", "drive#permissionList", "permissions", listOrEmpty(f.permissions()))), nil
}

func (s *Simulator) createPermission(x *Exchange) (*wire.Message, error) {
	f, err := s.driveFile(x, Writer)
	if err != nil {
		return nil, err
	}
	body, err := x.driveBody()
	if err != nil {
		return nil, err
	}
	mask, err := driveMask(x.r.URL.Query(), "kind,id,type,role")
	if err != nil {
		return nil, err
	}
	role, email := body.Text("role"), body.Text("emailAddress")
	switch kind := body.Text("type"); {
	case rank[role] == 0 || role == Owner:
		return nil, driveError(http.StatusBadRequest, "badRequest",
			"The specified role is invalid or not supported as an option.", "permission.role")
	case kind == "anyone":
		s.Share(f.id, "", role)
		return mask.Project(wire.New("kind", "drive#permission", "id", "anyoneWithLink", "type", "anyone", "role", role)), nil
	case kind != "user" && kind != "group" || email == "":
		return nil, driveError(http.StatusBadRequest, "badRequest",
			"The specified emailAddress is invalid or not applicable for the given permission type.", "permission.emailAddress")
	}
	s.Share(f.id, email, role)
	return mask.Project(permission(email, role)), nil
}
