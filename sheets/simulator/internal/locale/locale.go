// Package locale is what a spreadsheet's locale decides: how typed text becomes a number or a date, how either is
// shown, and the serial numbers dates are kept as.
package locale

import "strings"

// Locale is how numbers and dates are written in one place.
type Locale struct {
	Name     string
	Decimal  string // the sign before the fraction
	Group    string // the sign between thousands
	Order    string // of a date: mdy, dmy, ymd
	DateSep  string
	Currency string // as it is shown
	Trailing bool   // the currency follows the number
}

// CommaDecimal tells whether formulas of the locale separate with semicolons.
func (l Locale) CommaDecimal() bool { return l.Decimal == "," }

var locales = []Locale{
	{"en_US", ".", ",", "mdy", "/", "$", false},
	{"en_GB", ".", ",", "dmy", "/", "£", false},
	{"en_AU", ".", ",", "dmy", "/", "$", false},
	{"en_CA", ".", ",", "ymd", "-", "$", false},
	{"en_IE", ".", ",", "dmy", "/", "€", false},
	{"en_IN", ".", ",", "dmy", "/", "₹", false},
	{"de_DE", ",", ".", "dmy", ".", "€", true},
	{"de_AT", ",", ".", "dmy", ".", "€", false},
	{"de_CH", ".", "’", "dmy", ".", "CHF", false},
	{"fr_FR", ",", "\u202f", "dmy", "/", "€", true},
	{"fr_CA", ",", "\u00a0", "ymd", "-", "$", true},
	{"es_ES", ",", ".", "dmy", "/", "€", true},
	{"es_MX", ".", ",", "dmy", "/", "$", false},
	{"it_IT", ",", ".", "dmy", "/", "€", true},
	{"nl_NL", ",", ".", "dmy", "-", "€", false},
	{"pt_BR", ",", ".", "dmy", "/", "R$", false},
	{"pt_PT", ",", "\u00a0", "dmy", "/", "€", true},
	{"sv_SE", ",", "\u00a0", "ymd", "-", "kr", true},
	{"da_DK", ",", ".", "dmy", ".", "kr.", true},
	{"no_NO", ",", "\u00a0", "dmy", ".", "kr", true},
	{"fi_FI", ",", "\u00a0", "dmy", ".", "€", true},
	{"pl_PL", ",", "\u00a0", "dmy", ".", "zł", true},
	{"cs_CZ", ",", "\u00a0", "dmy", ".", "Kč", true},
	{"hu_HU", ",", "\u00a0", "ymd", ".", "Ft", true},
	{"tr_TR", ",", ".", "dmy", ".", "₺", false},
	{"ru_RU", ",", "\u00a0", "dmy", ".", "₽", true},
	{"uk_UA", ",", "\u00a0", "dmy", ".", "₴", true},
	{"ja_JP", ".", ",", "ymd", "/", "¥", false},
	{"ko_KR", ".", ",", "ymd", "-", "₩", false},
	{"zh_CN", ".", ",", "ymd", "-", "¥", false},
	{"zh_TW", ".", ",", "ymd", "/", "$", false},
}

// Find knows a locale by its name, de_DE or de.
func Find(name string) (Locale, bool) {
	for _, l := range locales {
		if l.Name == name || strings.HasPrefix(l.Name, name+"_") {
			l.Name = name
			return l, true
		}
	}
	return Locale{}, false
}

// DatePattern is how the locale writes a day unless told otherwise.
func (l Locale) DatePattern() string {
	parts := map[byte]string{'d': "dd", 'm': "MM", 'y': "yyyy"}
	if l.Name == "en_US" || l.Name == "en" {
		parts = map[byte]string{'d': "d", 'm': "M", 'y': "yyyy"}
	}
	return parts[l.Order[0]] + l.DateSep + parts[l.Order[1]] + l.DateSep + parts[l.Order[2]]
}

// MoneyPattern is how the locale writes an amount.
func (l Locale) MoneyPattern() string {
	if l.Trailing {
		return `#,##0.00 [$` + l.Currency + `]`
	}
	return `[$` + l.Currency + `]#,##0.00`
}
