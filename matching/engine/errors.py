"""What is wrong with a problem, said of the entry that it is wrong with."""


class BadProblem(ValueError):
    """Something that cannot be: ``where`` names the entry, ``why`` says what is wrong with it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why
