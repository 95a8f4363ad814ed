"""The service's figures: one function a measure, each giving its cases, so that a reader can look at the very rows."""
