"""What information is worth: of inputs, of pairs, of studies, and who is best along an input."""
