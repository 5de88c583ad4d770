"""Rows of a Parquet file as JSON lines, by a library that reads such files: read_parquet.py pyarrow|duckdb FILE.
Run by the Python that has these; see tests/install-readers."""
import json
import sys


def by_pyarrow(path):
    import pyarrow.parquet
    return pyarrow.parquet.read_table(path).to_pylist()


def by_duckdb(path):
    import duckdb
    found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [path])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


for row in {"pyarrow": by_pyarrow, "duckdb": by_duckdb}[sys.argv[1]](sys.argv[2]):
    print(json.dumps(row))
