"""organizations (供): who offers projects."""
