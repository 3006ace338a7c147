"""What a finished run shows: tables, charts, pages, and what other libraries take of it."""
