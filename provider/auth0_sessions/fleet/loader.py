"""A YAML loader for tenants files: only text, lists and objects, with a limit on expanded aliases."""

from __future__ import annotations

import re
from typing import Any

import yaml

from auth0_sessions.errors import InputError, shown

MAX_VALUES = 1_000_000
"""How many values a list may have after its aliases are expanded."""


class Loader(yaml.SafeLoader):
    """Loads every scalar as text, and rejects duplicate keys.

    So `no` can be a tenant's name, 720 stays a number without a unit, and no tenant is lost.
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
        """Compose a node, counting expanded values: nested aliases can turn a few lines into a huge list."""
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
        """Compose an object if its keys are text and unique."""
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
        """Construct an object, even if a tag claims that something else is one."""
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "expected an object", node.start_mark)
        return super().construct_mapping(node, deep=deep)


Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("<<$"), ["<"])
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
