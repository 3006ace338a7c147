"""The kinds of file that hold tables: CSV, Excel workbooks and Parquet, each to the same grid of cells."""
