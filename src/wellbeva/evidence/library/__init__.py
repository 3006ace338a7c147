"""The evidence library: effects that were published, each with its measure, design, grade, source and date."""
