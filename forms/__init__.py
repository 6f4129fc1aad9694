"""Shape and type of input only: one module a noun. What the programme allows is said by the services."""
