package clips

import (
	"fmt"
	"strconv"
	"strings"
)

// ColumnFormat is what a clip says of a column beyond its type: how people see it. The same words serve a workbook, a
// spreadsheet and the web page, and none of them changes a value. The zero value leaves everything to the type.
type ColumnFormat struct {
	Label  string  `json:"label,omitempty"`  // the heading people see; empty means the column's name
	Format string  `json:"format,omitempty"` // see Pattern
	Width  float64 `json:"width,omitempty"`  // in characters; 0 fits the values
	Hidden bool    `json:"hidden,omitempty"`
	Total  Total   `json:"total,omitempty"`
}

// Total is what stands below a column.
type Total string

const (
	NoTotal      Total = ""
	TotalSum     Total = "sum"
	TotalAverage Total = "average"
	TotalCount   Total = "count" // of the values that are not NULL
)

// widest is what Excel allows.
const widest = 255

// Check finds what cannot be used. The error is a KindParameter that says what to write instead.
func (f ColumnFormat) Check() error {
	if _, err := f.Pattern(); err != nil {
		return err
	}
	switch f.Total {
	case NoTotal, TotalSum, TotalAverage, TotalCount:
	default:
		return paramError("A column has no total %s: use sum, average or count.", shown(string(f.Total)))
	}
	if !(f.Width >= 0 && f.Width <= widest) {
		return paramError("A column cannot be %v characters wide: give a width from 1 to %d, or leave it out.", f.Width, widest)
	}
	return nil
}

// Pattern is the number format that Excel and Google Sheets know, "" when the column's type decides. Format is one of
//
//	currency:EUR             €1,234.50, with the decimals the currency has
//	accounting               (1,234.50), aligned, a dash for zero
//	accounting:EUR           the same with the currency
//	percent, percent:1       12.34% of 0.1234, with two decimals or as many as it says
//	text                     as text, whatever the type
//	any pattern of Excel     #,##0.0,, "m"
func (f ColumnFormat) Pattern() (string, error) {
	word, argument, has := strings.Cut(f.Format, ":")
	switch {
	case f.Format == "":
		return "", nil
	case f.Format == "text":
		return TextPattern, nil
	case word == "percent":
		return percentPattern(argument, has)
	case f.Format == "accounting":
		return accounting("", 2), nil
	case word == "currency" || word == "accounting":
		return currencyPattern(word, argument)
	}
	if err := checkPattern(f.Format); err != nil {
		return "", err
	}
	return f.Format, nil
}

// TextPattern is the pattern of text: a number or a date under it is the text Postgres printed.
const TextPattern = "@"

func percentPattern(decimals string, has bool) (string, error) {
	n := 2
	if has {
		var err error
		if n, err = strconv.Atoi(decimals); err != nil || n < 0 || n > 15 {
			return "", paramError("A percentage cannot have %s decimals: write percent:1, with a number from 0 to 15.", shown(decimals))
		}
	}
	return withDecimals("0", n) + "%", nil
}

func currencyPattern(word, code string) (string, error) {
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", paramError("%s is no currency: write %s:EUR, with the three letters of ISO 4217.", shown(code), word)
	}
	symbol, decimals := currencySign(code), currencyDecimals(code)
	if word == "accounting" {
		return accounting(symbol, decimals), nil
	}
	amount := symbol + withDecimals("#,##0", decimals)
	return amount + ";-" + amount, nil
}

// accounting has its sections for positive, negative, zero and text.
func accounting(symbol string, decimals int) string {
	amount := withDecimals("#,##0", decimals)
	return fmt.Sprintf(`_(%s* %s_);_(%s* \(%s\);_(%s* "-"%s_);_(@_)`,
		symbol, amount, symbol, amount, symbol, strings.Repeat("?", decimals))
}

func withDecimals(whole string, n int) string {
	if n == 0 {
		return whole
	}
	return whole + "." + strings.Repeat("0", n)
}

// signs are those that mean one currency, or the one most people take them for. The others go by their letters.
var signs = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪",
	"UAH": "₴", "VND": "₫", "NGN": "₦", "PHP": "₱", "TRY": "₺", "BRL": "R$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$"}

func currencySign(code string) string {
	if sign, ok := signs[code]; ok {
		return "[$" + sign + "]"
	}
	return "[$" + code + "] "
}

// currencyDecimals follows the minor units of ISO 4217.
func currencyDecimals(code string) int {
	const none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	const three = "BHD IQD JOD KWD LYD OMR TND"
	switch {
	case strings.Contains(none, code):
		return 0
	case strings.Contains(three, code):
		return 3
	}
	return 2
}
