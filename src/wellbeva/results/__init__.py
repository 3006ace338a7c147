"""Engine result -> xarray Dataset with registered variables, and the run folder."""
