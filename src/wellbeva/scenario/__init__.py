"""What a file may say: scenario and model files read, checked and joined into frozen specs."""
