"""Stand-ins for servers the app talks to: real HTTP over real sockets, told by each request how to behave."""
