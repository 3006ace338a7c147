"""The rules of an appraisal applied to values: units, prices, WELLBY values."""
