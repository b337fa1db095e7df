"""Pages for analysts and reviewers."""
