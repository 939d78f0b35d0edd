package clips

// ParamNames finds the parameters that SQL uses, written :name there, in the order of their first use.
func ParamNames(sql string) ([]string, error) {
	scanned, err := scanSQL(sql)
	return scanned.names, err
}
