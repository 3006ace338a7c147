"""The base case as a workbook of formulas: a printer of plans, as the compiled engine prints machine code."""
