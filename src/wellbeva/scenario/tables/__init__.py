"""Values from CSV, workbooks and Parquet files."""
