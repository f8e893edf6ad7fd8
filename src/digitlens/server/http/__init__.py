"""The server: addresses and answers, who may come in, and what a request may cost."""
