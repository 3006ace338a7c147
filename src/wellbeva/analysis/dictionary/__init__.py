"""Dictionary of what is written: tables, their columns, units and meanings."""
