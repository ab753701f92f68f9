"""What a person can do, with everything behind it real but the model server."""
