"""What one provider process remembers of its run.

The engine starts a process for each provider and run, so all of this is empty again in the next run. What has to
outlast a process is in the record. Nothing here is keyed by a name that users choose: names change, tenants do not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.settings import Values


@dataclass
class Memory:
    """The tenants of one run, by canonical domain.

    Attributes:
        held: Tenants with a resource that stays: it was created, or an earlier run declared it, too. Deleting another
            record of such a tenant sends nothing. A run that loses this checks its resources again before it deletes
            any; one that only destroys declares nothing.
        created: Those of them whose resource this run created: its values are the last that were written. For the
            others, a record that is deleted may have been written later, which only a refresh shows.
        coming: Tenants whose resource was checked without earlier inputs: a new one, or one that is about to be
            replaced. Until it is held, its tenant is read before the record that it replaces is given up.
        moves: Old tenant -> the declaration for its replacement. A run that loses this reads the new tenant in the
            create, after the old record is gone.
        read: What a tenant had just before the record that is being replaced was given up. Without it, a create reads.
        ended: The record that a create continues: `previous`, `own`, and the moment of old sessions. It stays until a
            create succeeds. A run that loses it starts from what the tenant has, which is all that is left.
        restored: Setting -> when the record that restored it was created. Of several records of a tenant, the oldest
            has the values from before management. A run that loses this lets the record that is deleted last win.

    """

    held: set[str] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    coming: dict[str, Declared] = field(default_factory=dict)
    moves: dict[str, Declared] = field(default_factory=dict)
    read: dict[str, Values] = field(default_factory=dict)
    ended: dict[str, State] = field(default_factory=dict)
    restored: dict[str, dict[str, str]] = field(default_factory=dict)
    _deletes: dict[str, threading.Lock] = field(default_factory=dict)

    def note_check(self, declared: Declared, old_domain: object, *, is_valid: bool) -> None:
        """Remember that the program declares a resource; `old_domain` is its tenant in an earlier run, or None."""
        if declared.domain and old_domain == declared.domain:
            self.held.add(declared.domain)
        elif declared.domain and old_domain is None and is_valid:
            # A resource that is about to be replaced is checked again, without its earlier inputs.
            self.held.discard(declared.domain)
            self.coming[declared.domain] = declared

    def note_create(self, domain: str) -> None:
        """Remember that a tenant's resource exists."""
        self.held.add(domain)
        self.created.add(domain)
        self.ended.pop(domain, None)

    def next_of(self, domain: str) -> Declared | None:
        """Return the declaration that will replace a tenant's record, unless its resource exists already."""
        following = self.moves.get(domain) or self.coming.get(domain)
        return None if following is None or following.domain in self.held else following

    def deleting(self, domain: str) -> threading.Lock:
        """Return the lock under which a tenant's records are deleted, one after the other."""
        return self._deletes.setdefault(domain, threading.Lock())

    def restored_before(self, old: State) -> frozenset[str]:
        """Return the settings that an older record of the same tenant has restored."""
        done = self.restored.get(old.declared.domain, {})
        return frozenset(name for name, since in done.items() if since < old.since)

    def note_restored(self, old: State) -> None:
        """Remember that a record restored its settings."""
        done = self.restored.setdefault(old.declared.domain, {})
        done.update(dict.fromkeys(old.previous.keys() - self.restored_before(old), old.since))
