"""Hold every body that the tests saw the bot send against Discord's own OpenAPI document.

    .ci/payloads.py RECORDED OPENAPI

RECORDED has one JSON object a line, with `method`, `path` and `json`; the tests write it where RECORD_REQUESTS
names a file. OPENAPI is Discord's document (3.1, so its schemas are JSON Schema 2020-12). Exit code 1 where a
body does not fit, where its operation is unknown, or where nothing was recorded.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

Operation = tuple[str, str]
"""A method and a path template, such as `POST /channels/{channel_id}/messages`."""

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""What a keyword of a schema asks for: of the validator, with its own value, an instance and the whole schema."""


def _in_short(keyword: Keyword) -> Keyword:
    """Have a union seek what is wrong in each of its branches only where the instance fits none, or too many, of them.

    Discord's unions have ten branches, of which nine end at the first look, at the part's `type`.
    """

    def union(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if sum(validator.evolve(schema=branch).is_valid(instance) for branch in branches) != 1:
            yield from keyword(validator, branches, instance, schema)

    return union


Validator = validators.extend(
    Draft202012Validator,
    {name: _in_short(Draft202012Validator.VALIDATORS[name]) for name in ("oneOf", "anyOf")},
)


class Api:
    """Discord's document, read for what its operations take."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        _take_both_forms(document)
        _take_nothing_else(self._components["schemas"])
        self._schemas: dict[Operation, dict[str, Any]] = {}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if isinstance(operation, dict) and "requestBody" in operation:
                    content = operation["requestBody"]["content"]
                    if schema := content.get("application/json", {}).get("schema"):
                        self._schemas[method.upper(), path] = schema
        # What is written out fits better than what is a placeholder: `/users/@me` before `/users/{user_id}`.
        self._operations = sorted(self._schemas, key=lambda operation: operation[1].count("{"))
        self._validators: dict[Operation, Any] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is for, of those that take a body."""
        for operation in self._operations:
            pattern = "[^/]+".join(map(re.escape, re.split(r"\{\w+\}", operation[1])))
            if operation[0] == method and re.fullmatch(pattern, path):
                return operation
        return None

    def mistake(self, operation: Operation, body: Any) -> ValidationError | None:
        """Return why a body does not fit, at the place where it does not, or None where it does."""
        if operation not in self._validators:
            schema = {"components": self._components, **self._schemas[operation]}
            self._validators[operation] = Validator(schema)
        error = next(self._validators[operation].iter_errors(body), None)
        while error and error.context:
            error = _meant(error.context)
        return error


def _meant(errors: Sequence[ValidationError]) -> ValidationError:
    """Of the errors in all branches of a union, return one from the branch that was meant.

    That is one for the part's own kind, by its `type`, and of these the one with the fewest errors.
    """
    branches: dict[Any, list[ValidationError]] = {}
    for error in errors:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    meant = [branch for branch in branches.values() if not any(map(_of_another_kind, branch))]
    branch = min(meant or branches.values(), key=len)
    return max(branch, key=lambda error: len(error.relative_path))


def _of_another_kind(error: ValidationError) -> bool:
    return list(error.relative_path) == ["type"] or (not error.relative_path and error.validator == "type")


def _take_both_forms(schema: Any) -> None:
    """Let every id be a number too, and the bit sets of an overwrite strings.

    Discord reads both. discord.py writes ids either way, and bit sets as Discord's reference has them, which is
    not as its document has them.
    """
    if isinstance(schema, dict):
        if schema.get("format") == "snowflake":
            schema["type"] = ["string", "integer"]
        for name, part in schema.items():
            _take_both_forms(part)
            if name in {"allow", "deny"} and isinstance(part, dict) and "integer" in part.get("type", ()):
                part["type"] = ["string", "integer", "null"]
    elif isinstance(schema, list):
        for part in schema:
            _take_both_forms(part)


def _take_nothing_else(schemas: dict[str, Any]) -> None:
    """Let a component have its own properties alone: any other is a slip, which Discord passes over without a word."""
    for name, schema in schemas.items():
        if "ComponentFor" in name:
            schema["additionalProperties"] = False


def main(recorded: str, openapi: str) -> int:
    """Check a file of requests; return the exit code."""
    file = Path(recorded)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    api = Api(json.loads(Path(openapi).read_text(encoding="utf-8")))
    checked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    alike: Counter[tuple[Operation, str]] = Counter()
    for request in map(json.loads, lines):
        operation = api.operation(request["method"], request["path"])
        if operation is None:
            wrong[f"{request['method']} {request['path']}: Discord has no such operation with a body"] += 1
        else:
            alike[operation, json.dumps(request["json"], sort_keys=True)] += 1
    for (operation, body), count in alike.items():
        name = " ".join(operation)
        checked[name] += count
        if error := api.mistake(operation, json.loads(body)):
            wrong[f"{name}: {error.json_path}: {error.message[:300]}"] += count
    for name, count in sorted(checked.items()):
        print(f"{count:6}  {name}")
    print(
        f"{checked.total()} bodies of {len(checked)} operations checked, {len(alike)} of them different, "
        f"{wrong.total()} with a mistake"
    )
    for mistake, count in wrong.items():
        print(f"{count:6}  {mistake}")
    if not lines:
        print(f"nothing is recorded in {recorded}")
    return 1 if wrong or not lines else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
