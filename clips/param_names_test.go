package clips

import (
	"slices"
	"testing"
)

func TestParamNames(t *testing.T) {
	got, err := ParamNames(`select ':no', :region, x::date from t where d >= :from_date and r = :region -- :never`)
	if err != nil || !slices.Equal(got, []string{"region", "from_date"}) {
		t.Errorf("%q %v", got, err)
	}
}
