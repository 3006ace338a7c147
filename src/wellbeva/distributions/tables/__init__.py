"""Tables of quantiles that make draws fast."""
