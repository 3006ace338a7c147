"""Numbers drawn together: correlated ones, shares that add to 1, rows of tables of draws."""
