"""How many draws a run takes: until its errors are met, and what that takes."""
