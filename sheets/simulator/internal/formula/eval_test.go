package formula

import (
	"strings"
	"testing"

	"clipsheet/sheets/simulator/internal/grid"
)

func TestFormulasCompute(t *testing.T) {
	d := newDesk(t, "s: 1 2 3 / 4 5 x / . TRUE 7", "Other tab: 10 a / 20 b / 30 c", "bad: 1 #N/A")
	d.names["tax"] = grid.Ref{Sheet: "s", Area: grid.At(0, 1)}
	for formula, want := range map[string]string{
		"=1+2*3":               "7",
		"=(1+2)*3":             "9",
		"=-2^2":                "4", // the sign is part of the number, as in a sheet
		"=2^3^2":               "64",
		"=50%":                 "0.5",
		"=\"a\"&1&\"\"\"\"":    `'a1"'`,
		"=1=1":                 "TRUE",
		"=\"A\"=\"a\"":         "TRUE",
		"=\"b\">\"a\"":         "TRUE",
		"=2<>2":                "FALSE",
		"=\"10\"+1":            "11",
		"=\"x\"+1":             "#VALUE!",
		"=1/0":                 "#DIV/0!",
		"=A1+B1":               "3",
		"=A3":                  "0", // an empty cell
		"=A3&\"\"":             "''",
		"=A3=0":                "TRUE",
		"=Missing!A1":          "#REF!",
		"=#REF!+1":             "#REF!",
		"=nothing":             "#NAME?",
		"=NOSUCH(1)":           "#NAME?",
		"=1+":                  "#ERROR!",
		"=SUM(":                "#ERROR!",
		"=tax*10":              "20",
		"='Other tab'!A2":      "20",
		"='other TAB'!A2":      "20",
		"=SUM(A:C)":            "22",
		"=SUM(A1:C1;10)":       "16",
		"=SUM(A1:C1,10)":       "16",
		"=SUM(A1:C3,\"5\")":    "27",
		"=SUM(bad!A1:B1)":      "#N/A",
		"=AVERAGE(A1:C1)":      "2",
		"=AVERAGE(A3)":         "#DIV/0!",
		"=COUNT(A1:C3)":        "6",
		"=COUNTA(A1:C3)":       "8",
		"=COUNTBLANK(A1:C3)":   "1",
		"=MIN(A1:C3)":          "1",
		"=MAX(A1:C3)":          "7",
		"=MAX(A3)":             "0",
		"=MEDIAN(A1:C1,9)":     "2.5",
		"=IF(A1>0,\"y\",1/0)":  "'y'",
		"=IF(A1<0,1)":          "FALSE",
		"=IF(;1;2)":            "2",
		"=IFERROR(1/0,\"-\")":  "'-'",
		"=IFERROR(1/0)":        "''",
		"=IFNA(NA(),1)":        "1",
		"=IFNA(1/0,1)":         "#DIV/0!",
		"=AND(TRUE,A1)":        "TRUE",
		"=OR(FALSE,A3=1)":      "FALSE",
		"=NOT(0)":              "TRUE",
		"=ROUND(2.345,2)":      "2.35",
		"=ROUND(1.005,2)":      "1.01",
		"=ROUND(-2.5)":         "-3",
		"=ROUND(1234,-2)":      "1200",
		"=ROUNDUP(1.01)":       "2",
		"=ROUNDDOWN(-1.99)":    "-1",
		"=INT(-1.5)":           "-2",
		"=MOD(-3,5)":           "2",
		"=SUMIF(A1:A2,\">1\")": "4",
		"=SUMIF('Other tab'!B:B,\"b\",'Other tab'!A:A)":                                "20",
		"=SUMIF(C1:C2,\"x\",A1)":                                                       "4",
		"=SUMIF('Other tab'!B:B,\"<>b\",'Other tab'!A:A)":                              "40",
		"=SUMIFS('Other tab'!A1:A3,'Other tab'!A1:A3,\">10\",'Other tab'!B1:B3,\"c\")": "30",
		"=COUNTIF('Other tab'!B:B,\"?\")":                                              "3",
		"=COUNTIF(A1:C3,\"\")":                                                         "1",
		"=COUNTIFS('Other tab'!A1:A3,\">=20\")":                                        "2",
		"=AVERAGEIF('Other tab'!A:A,\">10\")":                                          "25",
		"=VLOOKUP(20,'Other tab'!A:B,2,FALSE)":                                         "'b'",
		"=VLOOKUP(25,'Other tab'!A:B,2)":                                               "'b'",
		"=VLOOKUP(5,'Other tab'!A:B,2)":                                                "#N/A",
		"=VLOOKUP(20,'Other tab'!A:B,3,0)":                                             "#REF!",
		"=HLOOKUP(2,A1:C2,2,0)":                                                        "5",
		"=MATCH(\"c\",'Other tab'!B:B,0)":                                              "3",
		"=MATCH(25,'Other tab'!A1:A3)":                                                 "2",
		"=INDEX('Other tab'!A1:B3,2,2)":                                                "'b'",
		"=INDEX(A1:C1,2)":                                                              "2",
		"=INDEX(A1:A2,9)":                                                              "#REF!",
		"=SUM(INDEX(A1:C2,0,1))":                                                       "5",
		"=INDEX('Other tab'!B:B,MATCH(30,'Other tab'!A:A,0))":                          "'c'",
		"=INDIRECT(\"A\"&2)":                                                           "4",
		"=ROW()":                                                                       "1",
		"=COLUMN()":                                                                    "4",
		"=ROW(A9)":                                                                     "9",
		"=ROWS(A1:B3)":                                                                 "3",
		"=LEN(\"häß\")":                                                                "3",
		"=LEFT(\"häß\",2)":                                                             "'hä'",
		"=RIGHT(\"abc\")":                                                              "'c'",
		"=MID(\"abc\",2,9)":                                                            "'bc'",
		"=TRIM(\"  a  b \")":                                                           "'a b'",
		"=CONCATENATE(A1:C1,\"!\")":                                                    "'123!'",
		"=TEXT(1234.5,\"#,##0.00\")":                                                   "'1,234.50'",
		"=DATE(2026,11,24)":                                                            "46350",
		"=YEAR(TODAY())":                                                               "2026",
		"=NOW()-TODAY()":                                                               "0.75",
		"=EOMONTH(DATE(2026,1,31),1)":                                                  "46081",
		"=EDATE(DATE(2026,1,31),1)":                                                    "46081",
		"=A1:A2":                                                                       "1", // the cell in the formula's own row
		"=A2:A3":                                                                       "#VALUE!",
		"={1,2;3,4}":                                                                   "1 2 / 3 4",
		"=ARRAYFORMULA(A1:A2*10)":                                                      "10 / 40",
		"=ARRAYFORMULA(IF(A1:A3>1,\"big\",\"\"))":                                      "'' / 'big' / ''",
		"=ARRAYFORMULA(A1:A2+B1:B2)":                                                   "3 / 9",
		"=SUM(ARRAYFORMULA(A1:A2*B1:B2))":                                              "22",
		"=SUMPRODUCT(A1:A2,B1:B2)":                                                     "22",
		"=TRANSPOSE(A1:B2)":                                                            "1 4 / 2 5",
		"=SEQUENCE(2,2)":                                                               "1 2 / 3 4",
		"=UNIQUE({1;1;2})":                                                             "1 / 2",
		"=SORT({3;1;2})":                                                               "1 / 2 / 3",
	} {
		if got := d.compute(formula); got != want {
			t.Errorf("%s: %s, want %s", formula, got, want)
		}
	}
}

func TestACommaThatIsADecimalSignSeparatesNothing(t *testing.T) {
	d := newDesk(t, "s: 1 2 3")
	d.Locale.Decimal = ","
	for formula, want := range map[string]string{
		"=1,5+1":       "2,5",
		"=SUM(1,5;2)":  "3,5",
		"=SUM(A1,B1)":  "#ERROR!",
		"=SUM(A1;B1)":  "3",
		`={1\2;3\4}`:   "1 2 / 3 4",
		"=IF(;1;2,25)": "2,25",
	} {
		if got := d.compute(formula); got != want {
			t.Errorf("%s: %s, want %s", formula, got, want)
		}
	}
}

func TestALongFormulaIsNoDanger(t *testing.T) {
	d := newDesk(t, "s: 1")
	if got := d.compute("=" + strings.Repeat("(", 10_000)); got != "#ERROR!" {
		t.Error(got)
	}
	if got := d.compute("=" + strings.Repeat("-", 10_000) + "1"); got != "#ERROR!" {
		t.Error(got)
	}
	if got := d.compute("=1" + strings.Repeat("+1", 10_000)); got != "10001" {
		t.Error(got)
	}
}

// FuzzRead throws text at the parser and computes whatever comes out.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"=SUM(A1:B2)*-3%", "='it''s'!$A$1:B&\"x\"", "={1,2;3,4}", "=IF(A1;;2)", "=ARRAYFORMULA(A:A*2)", "=#REF!"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	d := newDesk(f, "s: 1 2 3 / a b")
	f.Fuzz(func(t *testing.T, text string, comma bool) {
		x := Read(text, comma)
		v := x.Eval(d, "s", grid.Cell{})
		if v.Kind == Empty {
			t.Fatalf("%q gives nothing", text)
		}
		if same := x.Map(func(r grid.Ref) (grid.Ref, bool) { return r, true }); same.Text != text {
			t.Fatalf("%q became %q although nothing was changed", text, same.Text)
		}
	})
}
