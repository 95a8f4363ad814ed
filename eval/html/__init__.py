"""The report page: run files as one self-contained HTML file with drawings, tables and the worst cases."""
