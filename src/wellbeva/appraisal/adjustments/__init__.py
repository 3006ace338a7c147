"""What is taken off or put on before effects and costs count: deadweight, optimism bias, weights by income."""
