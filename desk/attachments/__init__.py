"""Files that come with messages: taken after a look at their content, kept by their hash, shown to whom may see the message."""
