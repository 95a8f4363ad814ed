"""Gradio pages: customer chat and knowledge manager. They speak to the API through its client."""
