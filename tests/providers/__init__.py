"""Model servers, asked over real sockets."""
