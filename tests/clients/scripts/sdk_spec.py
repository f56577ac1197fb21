"""An OpenAPI description of what a library asks, and of answers that it takes: sdk_spec.py LIBRARY API_MD...

Run by the Python that has the library. Its own lists of methods name the paths, and the types of the answers.
"""

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

_METHOD = re.compile(r'<code title="(\w+) ([^"?]+)[^"]*">.* -> (?:<a href="\./src/([^"]+)\.py">(?:(\w+)\[)?(\w+))?')
_PARAMETER = re.compile(r"{(\w+)}")


def described(library: str, listed: str) -> dict[str, Any]:
    """What answers all methods of the lists, whatever is asked."""
    pages = importlib.import_module(f"{library}.pagination")
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number, (method, path, module, page, name) in enumerate(_METHOD.findall(listed)):
        kind = getattr(importlib.import_module(module.replace("/", ".")), name, None) if module else None
        if page:
            kind = getattr(pages, page)[kind] if hasattr(pages, page) else None
        # What is not of the library's own types is text, bytes or nothing at all.
        told = f"#/components/schemas/{number}_{{model}}"
        schema = {} if kind is None else TypeAdapter(kind).json_schema(ref_template=told)
        schemas |= {f"{number}_{key}": value for key, value in schema.pop("$defs", {}).items()}
        anything: dict[str, Any] = {"schema": {}}
        operation: dict[str, Any] = {
            "parameters": [
                {"name": key, "in": "path", "required": True, "schema": {"type": "string"}}
                for key in _PARAMETER.findall(path)
            ],
            "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}},
        }
        if method in ("post", "put", "patch"):
            operation["requestBody"] = {"content": {"application/json": anything, "multipart/form-data": anything}}
        # OpenAI's paths have no /v1, which is a part of its base URL.
        paths.setdefault(path if path.startswith("/v1/") else f"/v1{path}", {}).setdefault(method, operation)
    information = {"title": library, "version": "1"}
    return {"openapi": "3.1.0", "info": information, "paths": paths, "components": {"schemas": schemas}}


if __name__ == "__main__":
    json.dump(described(sys.argv[1], "\n".join(Path(name).read_text() for name in sys.argv[2:])), sys.stdout)
