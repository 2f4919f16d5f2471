"""What people say of their time: the charter, experiments, reports."""
