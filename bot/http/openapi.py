"""What an OpenAPI document says of the models that the code validates with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """Return the schemas of some models, with those that they are made of."""
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    return schemas


def content(name: str) -> dict[str, Any]:
    """Return a body that holds a model."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
