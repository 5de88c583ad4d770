"""Holds answers against web/openapi.json: is this status documented for this path, and does the body fit its
schema. As much of JSON Schema as the document uses; a keyword that is not known here is an error."""
import json
import pathlib
import re

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "web" / "openapi.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NOTES = {"description", "default", "examples", "example", "title"}
FORMATS = {
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "uri": r"[a-z][a-z0-9+.-]*:\S+",
    "uri-reference": r"\S*",
    "json-pointer": r"(/[^/]*)*",
}


def resolve(value):
    while "$ref" in value:
        at = DOCUMENT
        for step in value["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        value = {**at, **{name: part for name, part in value.items() if name != "$ref"}}
    return value


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def fits(schema, value):
    try:
        check(schema, value, "")
        return True
    except AssertionError:
        return False


def check_object(schema, value, where):
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        assert name in value, f"{where} lacks {name}"
    for name, part in value.items():
        if "propertyNames" in schema:
            check(schema["propertyNames"], name, f"{where} (name)")
        if name in properties:
            check(properties[name], part, f"{where}/{name}")
        elif isinstance(others, dict):
            check(others, part, f"{where}/{name}")
        else:
            assert others, f"{where}/{name} is not documented"


def check(schema, value, where):
    schema = resolve(schema)
    for keyword, wanted in schema.items():
        if keyword == "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            assert any(is_type(value, name) for name in names), f"{where}: {value!r} is no {wanted}"
        elif keyword == "oneOf":
            assert sum(fits(one, value) for one in wanted) == 1, f"{where}: {value!r} fits not one of {wanted}"
        elif keyword == "enum":
            assert value in wanted or value is None, f"{where}: {value!r} is not in {wanted}"
        elif keyword == "const":
            assert value == wanted, f"{where}: {value!r}"
        elif keyword in ("minimum", "maximum") and value is not None:
            assert value >= wanted if keyword == "minimum" else value <= wanted, f"{where}: {value!r}, {keyword} {wanted}"
        elif keyword == "maxLength" and value is not None:
            assert len(value) <= wanted, f"{where}: too long"
        elif keyword in ("minItems", "maxItems"):
            assert len(value) >= wanted if keyword == "minItems" else len(value) <= wanted, f"{where}: {keyword}"
        elif keyword == "format" and value is not None:
            assert re.fullmatch(FORMATS[wanted], value), f"{where}: {value!r} is no {wanted}"
        elif keyword == "pattern":
            assert value is None or re.search(wanted, value), f"{where}: {value!r}"
        elif keyword == "items":
            for index, item in enumerate(value):
                check(wanted, item, f"{where}/{index}")
        elif keyword == "properties" or keyword == "additionalProperties" and "properties" not in schema:
            if isinstance(value, dict):
                check_object(schema, value, where)
        else:
            assert keyword in NOTES | {"required", "propertyNames", "additionalProperties", "minimum", "maximum",
                                       "maxLength", "format"}, f"openapi_check does not know {keyword}"


def operation_of(method, path):
    path = path.partition("?")[0]
    for template, item in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", template), path):
            return item.get("get" if method == "HEAD" else method.lower())
    return None


def check_answer(method, path, answer):
    """Of a documented path and method."""
    operation = operation_of(method, path)
    if operation is None:
        return
    responses = operation["responses"]
    assert str(answer.status) in responses, f"{method} {path}: {answer.status} is not documented: {answer.body[:300]}"
    content = resolve(responses[str(answer.status)]).get("content", {})
    kind = (answer.type or "").partition(";")[0]
    assert (kind in content) if content else not answer.body, f"{method} {path}: {kind} is not documented"
    if kind.endswith("json") and method != "HEAD":
        check(content[kind]["schema"], answer.json, f"{method} {path}")
