WORD = "the"
