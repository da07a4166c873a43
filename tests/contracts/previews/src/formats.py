def row_limit():
    return 2
