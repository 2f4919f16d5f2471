"""State: the only place that speaks SQL. One file of tables and one repository per feature.

A repository is made from a ``Transaction`` and returns plain records; it never commits. Whoever opened the transaction
decides when the work is one whole.
"""
