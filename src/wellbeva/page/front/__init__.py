"""What people see of the living page: words, figures, inputs."""
