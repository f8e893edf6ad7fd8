"""The web app: one process that serves the page, reads pictures sent to it, and keeps in touch with the pages."""
