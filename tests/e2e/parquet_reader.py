"""Reads a Parquet file by its description alone (parquet-format: README, Encodings.md, parquet.thrift), with nothing
of the program that wrote it: flat tables of texts, numbers and booleans, zstd, data pages of version 1. Whatever is
not expected is an assertion."""
import struct

import zstandard

BOOLEAN, INT32, INT64, BYTE_ARRAY = 0, 1, 2, 6
PLAIN, RLE, RLE_DICTIONARY = 0, 3, 8
DATA_PAGE, DICTIONARY_PAGE = 0, 2
ZSTD = 6


class Thrift:
    """The compact protocol: a struct becomes {field id: value}."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 8:
            size = self.varint()
            self.at += size
            return bytes(self.data[self.at - size:self.at])
        if kind == 9:
            head = self.byte()
            count = head >> 4 if head >> 4 < 15 else self.varint()
            return [self.value(head & 15) for _ in range(count)]
        assert kind == 12, kind
        return self.struct()

    def struct(self):
        fields, field_id = {}, 0
        while head := self.byte():
            field_id = field_id + (head >> 4) if head >> 4 else self.zigzag()
            fields[field_id] = self.value(head & 15)
        return fields


def hybrid(data, count, width):
    """Runs and packed bits, at least `count` of them; (values, bytes used)."""
    reader, values = Thrift(data), []
    while len(values) < count:
        head = reader.varint()
        size = width if head & 1 else (width + 7) // 8
        for _ in range(head >> 1 if head & 1 else 1):  # eight values in `width` bytes, or one that repeats
            number = int.from_bytes(data[reader.at:reader.at + size], "little")
            reader.at += size
            values += [number >> i * width & (1 << width) - 1 for i in range(8)] if head & 1 else [number] * (head >> 1)
    return values[:count], reader.at


def plain(data, kind, count):
    if kind == BOOLEAN:
        return [bool(data[i // 8] >> i % 8 & 1) for i in range(count)]
    if kind in (INT32, INT64):
        return list(struct.unpack_from(f"<{count}{'i' if kind == INT32 else 'q'}", data))
    values, at = [], 0
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        values.append(data[at + 4:at + 4 + size].decode())
        at += 4 + size
    assert at == len(data)
    return values


class Column:
    def __init__(self, schema):
        self.kind, self.is_optional, self.name = schema[1], schema[3] == 1, schema[4].decode()
        assert schema[3] in (0, 1)
        assert (self.kind == BYTE_ARRAY) == (schema.get(6) == 0), "texts are UTF-8"

    def page(self, header, body, dictionary):
        count, encoding = header[5][1], header[5][2]
        assert header[5][3] == header[5][4] == RLE
        levels = [1] * count
        if self.is_optional:
            (size,) = struct.unpack_from("<I", body)
            levels, used = hybrid(body[4:4 + size], count, 1)
            assert used == size
            body = body[4 + size:]
        present = sum(levels)
        if encoding == RLE_DICTIONARY:
            indexes, used = hybrid(body[1:], present, body[0])
            assert used == len(body) - 1
            values = iter([dictionary[index] for index in indexes])
        else:
            assert encoding == PLAIN
            values = iter(plain(body, self.kind, present))
        return [next(values) if level else None for level in levels]

    def chunk(self, data, chunk):
        meta = chunk[3]
        assert (meta[1], meta[3], meta[4]) == (self.kind, [self.name.encode()], ZSTD)
        start = meta.get(11, meta[9])
        at, end, dictionary, values, unpacked = start, start + meta[7], None, [], 0
        while at < end:
            assert at != start or at == chunk[2]
            reader = Thrift(data, at)
            header = reader.struct()
            body = zstandard.ZstdDecompressor().decompress(data[reader.at:reader.at + header[3]],
                                                           max_output_size=header[2] or 1)
            assert len(body) == header[2]
            unpacked += reader.at - at + len(body)
            at = reader.at + header[3]
            if header[1] == DICTIONARY_PAGE:
                assert dictionary is None and not values and header[7][2] == PLAIN
                dictionary = plain(body, self.kind, header[7][1])
            else:
                assert header[1] == DATA_PAGE
                values += self.page(header, body, dictionary)
        assert at == end and unpacked == meta[6] and len(values) == meta[5]
        return values


def read_parquet(data):
    """(rows as dictionaries, number of row groups, who wrote it)"""
    assert data[:4] == data[-4:] == b"PAR1"
    (size,) = struct.unpack("<I", data[-8:-4])
    footer = Thrift(data[-8 - size:-8])
    meta = footer.struct()
    assert footer.at == size
    root, *fields = meta[2]
    assert root[5] == len(fields)
    columns, rows = [Column(field) for field in fields], []
    for group in meta[4]:
        values = [column.chunk(data, chunk) for column, chunk in zip(columns, group[1], strict=True)]
        assert all(len(one) == group[3] for one in values)
        assert group[6] == sum(chunk[3][7] for chunk in group[1])
        rows += [dict(zip([column.name for column in columns], row)) for row in zip(*values)]
    assert meta[3] == len(rows)
    return rows, len(meta[4]), meta[6].decode()
