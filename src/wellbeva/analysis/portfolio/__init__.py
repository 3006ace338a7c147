"""What a budget should buy of offers that do not exclude each other: the best purchase, and how sure it is."""
