"""Validates every request against the specification of the Bot API in botapi.json.

This is stricter than Telegram, which ignores unknown fields: a misspelt field should fail a test.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import ViolationError
from sandbox.telegram.files import Upload

_API: Json = json.loads(files("sandbox.telegram").joinpath("botapi.json").read_text("utf-8"))
_PLAIN: dict[str, type] = {"Integer": int, "String": str, "Boolean": bool, "Float": float}
_ARRAY = "Array of "
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def checked(method: str, parameters: Mapping[str, object]) -> Json:
    """Return the parameters in their types, since a form sends everything as text.

    ViolationError for invalid parameters, KeyError for a method that is not in the specification.
    """
    fields: Json = _API["methods"][method]["fields"]
    values = {name: _typed(name, value, fields) for name, value in parameters.items() if value is not None}
    if (reason := _fields_error(values, fields, "")) is not None:
        raise ViolationError(reason)
    return values


def _typed(name: str, value: object, fields: Json) -> Any:
    types: list[str] = fields.get(name, {}).get("types", ["String"])
    if not isinstance(value, str):
        return value
    if "Integer" in types and re.fullmatch(r"-?[0-9]{1,19}", value):
        return int(value)
    if "Boolean" in types:
        return _BOOLEANS.get(value.lower(), value)
    if set(types) & {"String", "Integer", "Float"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ViolationError(f'can\'t parse field "{name}" as JSON') from None


def _fields_error(values: Json, fields: Json, where: str) -> str | None:
    for name in values:
        if name not in fields:
            return f'unknown field "{where}{name}"'
    for name, rule in fields.items():
        if name not in values:
            if rule.get("required"):
                return f'field "{where}{name}" is required'
            continue
        error = _value_error(values[name], rule["types"], where + name)
        error = error or _limit_error(values[name], rule.get("limits", {}), where + name)
        if error is not None:
            return error
    return None


def _value_error(value: object, types: list[str], where: str) -> str | None:
    """Return the error for the first type if the value has none of the types."""
    errors = [_type_error(value, name, where) for name in types]
    return None if None in errors else errors[0]


def _type_error(value: object, name: str, where: str) -> str | None:
    if name.startswith(_ARRAY):
        if not isinstance(value, list):
            return f'field "{where}" must be an array'
        inner = [name.removeprefix(_ARRAY)]
        errors = (_value_error(item, inner, f"{where}[{i}]") for i, item in enumerate(value))
        return next((error for error in errors if error), None)
    if name in _PLAIN:
        # In Python a bool is an int, in JSON it is not.
        fits = isinstance(value, _PLAIN[name]) and (isinstance(value, bool) == (name == "Boolean"))
        return None if fits else f'field "{where}" must be of type {name}'
    if name == "True":
        return None if value is True else f'field "{where}" must be true'
    if name == "InputFile":
        return None if isinstance(value, Upload) else f'field "{where}" must be a file'
    if subtypes := _API["types"].get(name, {}).get("subtypes"):
        return _value_error(value, subtypes, where)
    if not isinstance(value, dict):
        return f'field "{where}" must be a {name} object'
    return _fields_error(value, _API["types"][name].get("fields", {}), f"{where}.")


def _limit_error(value: object, limits: Json, where: str) -> str | None:
    if "enum" in limits and value not in limits["enum"]:
        return f'field "{where}" must be one of {", ".join(limits["enum"])}'
    # A limit that applies after the markup is parsed is checked by the method itself.
    if isinstance(value, str) and "max_len" in limits and not limits.get("after_entities"):
        size = len(value.encode()) if limits["len_unit"] == "bytes" else len(value)
        return _range_error(size, limits["min_len"], limits["max_len"], f'{limits["len_unit"]} of "{where}"')
    if isinstance(value, list) and {"min_items", "max_items"} & limits.keys():
        return _range_error(
            len(value), limits.get("min_items"), limits.get("max_items"), f'items of "{where}"'
        )
    if isinstance(value, int) and {"min", "max"} & limits.keys():
        return _range_error(value, limits.get("min"), limits.get("max"), f'field "{where}"')
    return None


def _range_error(size: int, low: int | None, high: int | None, what: str) -> str | None:
    if (low is None or size >= low) and (high is None or size <= high):
        return None
    return f"{what}: {size} is not within {low}-{high}"
