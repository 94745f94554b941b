"""Readers of table files: from a file to its rows, values as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from thoughtcrime_evals.items.files import decode, read_bytes
from thoughtcrime_evals.items.formats import Unusable, jsonl, records

MOST_BYTES = 256 << 20
"""Of a table, on disk and unpacked."""

BATCH_ROWS = 256
"""Rows that are unpacked at a time, so that a small file cannot grow beyond bounds unseen."""

Rows = Iterator[Mapping[str, Any]]


def read_csv(path: Path, shown: str) -> Rows:
    """Read CSV; the first row names the columns."""
    return _rows(records(decode(read_bytes(path, shown, MOST_BYTES))))


def read_jsonl(path: Path, shown: str) -> Rows:
    """Read one JSON object a line."""
    return _rows(jsonl(decode(read_bytes(path, shown, MOST_BYTES))))


def _rows(entries: Iterator[tuple[int, Any]]) -> Rows:
    for line, entry in entries:
        if not isinstance(entry, dict):
            raise Unusable("it is not an object with a question", line)
        yield entry


def read_parquet(path: Path, shown: str) -> Rows:
    """Read Parquet, a few rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield from _unpacked(file.iter_batches(batch_size=BATCH_ROWS))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _no_table("Parquet", error) from error


def read_arrow(path: Path, shown: str) -> Rows:
    """Read an Arrow stream or file, as the `datasets` library saves them."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            try:
                batches: Any = pa.ipc.open_stream(source)
            except pa.ArrowInvalid:
                source.seek(0)
                reader = pa.ipc.open_file(source)
                batches = map(reader.get_batch, range(reader.num_record_batches))
            yield from _unpacked(batches)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _no_table("Arrow", error) from error


def _unpacked(batches: Any) -> Rows:
    size = 0
    for batch in batches:
        size += batch.nbytes
        if size > MOST_BYTES:
            raise Unusable(f"unpacked, it is larger than {MOST_BYTES >> 20} MB")
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield from batch.slice(start, BATCH_ROWS).to_pylist()


def _no_table(kind: str, error: Exception) -> Exception:
    if isinstance(error, Unusable):
        return error
    return Unusable(f"it is not {kind} ({' '.join(str(error).split())[:200]})")


READERS: Mapping[str, Callable[[Path, str], Rows]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
    ".arrow": read_arrow,
}
"""By a file name's suffix."""
