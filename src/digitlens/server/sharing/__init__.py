"""How clients share a server: fair queues, budgets with an owner for every part, and turns in the event loop."""
