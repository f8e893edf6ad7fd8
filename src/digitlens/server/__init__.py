"""SERVER: the process behind the web app. It serves the page, reads pictures, and trains networks for visitors."""
