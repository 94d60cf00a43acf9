"""The annotation library: what people and models said of which images, kept as append-only revisions."""
