package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"clipsheet/clips"
)

// Limits of an uploaded workbook. Sizes are counted while reading: what a zip file says of itself proves nothing.
const (
	// LargestTemplate is the size of the file.
	LargestTemplate = 10 << 20

	mostParts    = 2000
	mostUnpacked = 100 << 20
	mostRatio    = 100 // unpacked to packed, of a part that is not small
	smallPart    = 1 << 20
)

// openUpload opens a workbook from outside and looks at all of it: nothing is to be trusted before. What cannot be
// accepted is refused by name, with what to do.
func openUpload(r io.ReaderAt, size int64) (*zip.Reader, error) {
	if size > LargestTemplate {
		return nil, &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf(
			"The workbook is larger than %d MiB: remove pictures or old data from it.", LargestTemplate>>20)}
	}
	if err := refuseCompound(r, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse(err, "The file is no Excel workbook, or it is damaged: save it again as Excel Workbook (.xlsx).")
	}
	if len(z.File) > mostParts {
		return nil, &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf(
			"The workbook has %s parts, and %s are the most: remove pictures or sheets from it.",
			grouped(int64(len(z.File))), grouped(mostParts))}
	}
	return z, checkParts(z)
}

func refuse(cause error, format string, a ...any) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(format, a...), Cause: cause}
}

// refuseCompound tells the two kinds of file that are no zip and yet Excel's: a workbook with a password, and one of
// the time before 2007.
func refuseCompound(r io.ReaderAt, size int64) error {
	head := make([]byte, 8)
	if _, err := r.ReadAt(head, 0); err != nil || string(head) != "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" {
		return nil
	}
	all, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return err
	}
	var name []byte // of the stream, in UTF-16
	for _, c := range "EncryptedPackage" {
		name = append(name, byte(c), 0)
	}
	if bytes.Contains(all, name) {
		return refuse(nil, "The workbook is encrypted with a password: save it without one (File, Info, Protect Workbook).")
	}
	return refuse(nil, "The workbook is of the old kind (.xls): save it as Excel Workbook (.xlsx).")
}

func checkParts(z *zip.Reader) error {
	seen, total := map[string]bool{}, int64(0)
	for _, f := range z.File {
		if err := checkName(f, seen); err != nil {
			return err
		}
		part, err := readBounded(f, mostUnpacked-total)
		if err != nil {
			return err
		}
		total += int64(len(part))
		if err := checkPart(f.Name, part); err != nil {
			return err
		}
	}
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml"} {
		if !seen[strings.ToLower(name)] {
			return refuse(nil, "The file is no Excel workbook (it has no %s): save it as Excel Workbook (.xlsx).", name)
		}
	}
	return nil
}

// checkName refuses names that lead out of the file or stand for two parts, and the parts that hold what may act.
func checkName(f *zip.File, seen map[string]bool) error {
	name := strings.ToLower(f.Name)
	clean := path.Clean("/" + name)
	if strings.ContainsAny(name, "\\:\x00") || clean != "/"+strings.TrimSuffix(name, "/") {
		return refuse(nil, "The file has a part with the name %q, which no Excel workbook has: save it again with Excel.", f.Name)
	}
	if seen[name] {
		return refuse(nil, "The file has two parts with the name %q: save it again with Excel.", f.Name)
	}
	seen[name] = true
	if f.Flags&1 != 0 {
		return refuse(nil, "The part %s is encrypted: save the workbook without a password.", f.Name)
	}
	for _, d := range dangerous {
		if strings.Contains(name, d.name) {
			return refuse(nil, "%s", d.words)
		}
	}
	return nil
}

// dangerous are parts of parts' names, and what to say of them.
var dangerous = []struct{ name, words string }{
	{"vbaproject", macroWords},
	{"vbadata", macroWords},
	{"xl/macrosheets/", macroWords},
	{"xl/dialogsheets/", macroWords},
	{"xl/activex/", "The workbook has ActiveX controls, which can run programs: delete them (Developer, Design Mode)."},
	{"xl/externallinks/", "The workbook has links to other workbooks or programs (Data, Edit Links): break them, then save it again."},
	{"xl/connections.xml", "The workbook has data connections (Data, Queries & Connections): delete them, then save it again."},
	{"xl/querytables/", "The workbook has tables that load outside data: unlink them (Table Design, Unlink), then save it again."},
	{"xl/embeddings/", "The workbook has files embedded in it: delete those objects, then save it again."},
}

const macroWords = "The workbook has macros, which can run programs: save it as Excel Workbook (.xlsx), without them."

// readBounded unpacks a part, and stops at what is out of proportion.
func readBounded(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refuse(err, "The part %s cannot be unpacked: save the workbook again with Excel.", f.Name)
	}
	defer r.Close()
	most := min(left, max(smallPart, int64(f.CompressedSize64)*mostRatio))
	part, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case int64(len(part)) > most:
		return nil, &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf(
			"The part %s unpacks to more than a workbook may hold (%d MiB in all, %d times the packed size): "+
				"remove unused rows and old data from it.", f.Name, mostUnpacked>>20, mostRatio)}
	case err != nil:
		return nil, refuse(err, "The part %s is damaged: save the workbook again with Excel.", f.Name)
	}
	return part, nil
}

var (
	macroType = regexp.MustCompile(`(?i)macroEnabled|vbaProject|intlMacrosheet|\.macrosheet|activeX`)
	// idle matches a type for all parts called .bin, which excelize declares in each file it makes. It is none of a macro
	// until a relationship leads to one, and those are looked at.
	idle     = regexp.MustCompile(`<Default Extension="bin" ContentType="application/vnd\.ms-office\.vbaProject"\s*/?>`)
	external = regexp.MustCompile(`(?i)<[^>]*TargetMode\s*=\s*["']External["'][^>]*>`)
	aLink    = regexp.MustCompile(`/relationships/hyperlink["']`)
	// dde matches a formula that starts a program, cmd|'/C calc'!A0; its text in XML, where the quote may be escaped.
	dde = regexp.MustCompile(`<(?:\w+:)?f\b[^>]*>[^<]*\w\|(?:'|&apos;|&#39;|&#x27;)`)
	// reaching matches functions that send data out or call programs.
	reaching = regexp.MustCompile(`(?i)<(?:\w+:)?f\b[^>]*>[^<]*\b(WEBSERVICE|RTD|CALL|REGISTER|REGISTER\.ID|EXEC|IMAGE)\(`)
	ddeLink  = regexp.MustCompile(`<(?:\w+:)?(ddeLink|oleLink|oleObject)\b`)
)

// checkPart looks into a part. Everything XML is UTF-8 without a DTD, as Excel writes it: what cannot be read is not
// passed on.
func checkPart(name string, part []byte) error {
	lower := strings.ToLower(name)
	if !strings.HasSuffix(lower, ".xml") && !strings.HasSuffix(lower, ".rels") && !strings.HasSuffix(lower, ".vml") {
		return nil
	}
	if bytes.Contains(part, []byte("<!DOCTYPE")) || bytes.Contains(part, []byte("<!ENTITY")) {
		return refuse(nil, "The part %s has a document type definition (DTD), which no program that makes workbooks writes: "+
			"save it again with Excel.", name)
	}
	if bytes.IndexByte(part, 0) >= 0 {
		return refuse(nil, "The part %s is not UTF-8: save the workbook again with Excel.", name)
	}
	switch {
	case lower == "[content_types].xml" && macroType.Match(idle.ReplaceAll(part, nil)),
		strings.HasSuffix(lower, ".rels") && macroType.Match(part):
		return refuse(nil, "%s", macroWords)
	case strings.HasSuffix(lower, ".rels"):
		return checkLinks(name, part)
	case dde.Match(part) || ddeLink.Match(part):
		return refuse(nil, "The workbook has links to other programs (DDE or OLE), in %s: delete them, then save it again.", name)
	}
	if m := reaching.FindSubmatch(part); m != nil {
		return refuse(nil, "The workbook has a formula with %s(), in %s, which can send data elsewhere: delete it, then save it again.", m[1], name)
	}
	return nil
}

// checkLinks lets addresses behind words and pictures be, and nothing else that leads out of the file.
func checkLinks(name string, part []byte) error {
	for _, link := range external.FindAll(part, -1) {
		if !aLink.Match(link) {
			return refuse(nil, "The workbook has links to files elsewhere, in %s: break them (Data, Edit Links), then save it again.", name)
		}
	}
	return nil
}

var errNoPart = errors.New("there is no such part")
