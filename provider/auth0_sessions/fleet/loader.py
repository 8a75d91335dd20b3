"""YAML as a list of tenants is written in: text, lists and objects, and nothing that unfolds to more than it seems."""

from __future__ import annotations

import re
from typing import Any

import yaml

from auth0_sessions.errors import InputError, shown

MAX_VALUES = 1_000_000
"""How many values a list may hold once its aliases are written out."""


class Loader(yaml.SafeLoader):
    """Takes every scalar as the text that stands there, and refuses a key that is there twice.

    So `no` stays a tenant's name and 720 a number without a unit, and no tenant is lost.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  As inherited.
    yaml_constructors = {  # noqa: RUF012  As inherited.
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in ("str", "seq", "map", "null")
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose anything, and count what it unfolds to: aliases of aliases make a lot of a few lines."""
        is_alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if node is not None and not is_alias:
            inner = node.value if isinstance(node, yaml.CollectionNode) else ()
            parts = [part for one in inner for part in (one if isinstance(one, tuple) else (one,))]
            self._sizes[node] = 1 + sum(self._sizes[part] for part in parts)
        if node is not None and self._sizes.get(node, MAX_VALUES) >= MAX_VALUES:
            message = f"line {node.start_mark.line + 1} expands to more than {MAX_VALUES:,} values. Write them out."
            raise InputError(message)
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Compose an object, if each of its keys is text and there once."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key should be text", key.start_mark)
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                message = f"line {key.start_mark.line + 1}: {shown(key.value)} is a duplicate key; keep one."
                raise InputError(message)
            seen.add(key.value)
            if key.tag == "tag:yaml.org,2002:null":
                key.tag = "tag:yaml.org,2002:str"
        return node

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  As inherited.
        """Construct an object, also where a tag claims that something else is one."""
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "expected an object", node.start_mark)
        return super().construct_mapping(node, deep=deep)


Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("<<$"), ["<"])
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
