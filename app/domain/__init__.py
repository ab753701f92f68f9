"""What things are: plain frozen values, standard library only. They know nothing of tables, HTTP or screens."""
