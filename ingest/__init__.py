"""From an uploaded file to a published version: parse, clean, split, remove duplicates, embed, publish."""
