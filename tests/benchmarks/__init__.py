"""Speed and memory of each step, measured in a process of its own beside a plain scan of the same file."""
