"""What an OpenAPI document says of the models that the code validates with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel

REFERENCE: Final = "#/components/schemas/{model}"


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """Return the schemas of some models, with those that they are made of, under their titles.

    A model's title is the name of its class where it gives none. One that other programs know stays when a class is renamed.
    """
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template=REFERENCE, by_alias=True)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    text = json.dumps(schemas)
    for name, schema in schemas.items():
        text = text.replace(f'"{REFERENCE.format(model=name)}"', f'"{REFERENCE.format(model=schema["title"])}"')
    return {schemas[name]["title"]: schema for name, schema in json.loads(text).items()}


def content(name: str) -> dict[str, Any]:
    """Return a body that holds a model."""
    return {"application/json": {"schema": {"$ref": REFERENCE.format(model=name)}}}
