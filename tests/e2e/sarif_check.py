"""Holds a log against SARIF 2.1.0: the properties that the specification demands (its §3.13 and on), their types, and
that indexes and ids point at something. Properties that the format does not have are errors, as in its schema."""
import re
import urllib.parse

LEVELS = {"none", "note", "warning", "error"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def uri(value, absolute=True):
    assert isinstance(value, str) and re.fullmatch(r"[!-~]+", value), f"no URI: {value!r}"
    assert not absolute or urllib.parse.urlsplit(value).scheme, f"no absolute URI: {value!r}"


def members(value, required, optional=()):
    assert isinstance(value, dict), value
    assert set(required) <= set(value) <= set(required) | set(optional) | {"properties"}, \
        f"{sorted(value)}: {sorted(required)} are required, {sorted(optional)} allowed"
    assert isinstance(value.get("properties", {}), dict)
    tags = value.get("properties", {}).get("tags", [])
    assert len(set(tags)) == len(tags) and all(isinstance(tag, str) for tag in tags)


def text(value):
    """A multiformatMessageString, or a message that is a text (§3.11, §3.12)."""
    members(value, ["text"], ["markdown"])
    assert isinstance(value["text"], str) and value["text"]


def check_rule(rule):
    """§3.49."""
    members(rule, ["id"], ["name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"])
    assert isinstance(rule["id"], str) and rule["id"]
    for name in ("shortDescription", "fullDescription", "help"):
        text(rule[name])
    uri(rule["helpUri"])
    members(rule["defaultConfiguration"], [], ["level", "enabled"])
    assert rule["defaultConfiguration"]["level"] in LEVELS


def check_location(location):
    """§3.28: where in which artifact, and what it is called there."""
    members(location, ["physicalLocation"], ["logicalLocations"])
    members(location["physicalLocation"], ["artifactLocation"], ["region"])
    members(location["physicalLocation"]["artifactLocation"], ["uri"])
    uri(location["physicalLocation"]["artifactLocation"]["uri"])
    region = location["physicalLocation"].get("region", {"startLine": 1})
    members(region, ["startLine"])
    assert region["startLine"] >= 1
    for logical in location.get("logicalLocations", []):
        members(logical, ["fullyQualifiedName"], ["kind", "name"])
        assert isinstance(logical["fullyQualifiedName"], str) and isinstance(logical["kind"], str)


def check_result(result, rules):
    """§3.27."""
    members(result, ["message", "ruleId", "ruleIndex"], ["level", "locations", "partialFingerprints"])
    text(result["message"])
    assert result["level"] in LEVELS
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for location in result["locations"]:
        check_location(location)
    assert result["partialFingerprints"]
    for name, value in result["partialFingerprints"].items():
        assert re.fullmatch(r"[A-Za-z0-9]+/v\d+", name) and isinstance(value, str) and value


def check_invocation(invocation):
    """§3.20."""
    members(invocation, ["executionSuccessful"], ["startTimeUtc", "endTimeUtc", "toolExecutionNotifications"])
    assert isinstance(invocation["executionSuccessful"], bool)
    for name in ("startTimeUtc", "endTimeUtc"):
        assert re.fullmatch(TIME, invocation.get(name, "2026-01-01T00:00:00Z"))
    for note in invocation.get("toolExecutionNotifications", []):
        members(note, ["message"], ["level"])
        text(note["message"])
        assert note["level"] in LEVELS


def check_run(run):
    """§3.14."""
    members(run, ["tool"], ["invocations", "results"])
    members(run["tool"], ["driver"])
    driver = run["tool"]["driver"]
    members(driver, ["name"], ["semanticVersion", "version", "rules", "informationUri"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    for rule in driver["rules"]:
        check_rule(rule)
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for invocation in run["invocations"]:
        check_invocation(invocation)
    for result in run["results"]:
        check_result(result, driver["rules"])


def check_sarif(log):
    members(log, ["version", "runs"], ["$schema"])
    assert log["version"] == "2.1.0"
    uri(log["$schema"])
    for run in log["runs"]:
        check_run(run)
