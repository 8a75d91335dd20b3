"""Random walks through the life of a few tenants, against what has to be true after each run.

Programs change, resources are renamed and replaced, calls fail, processes die, and somebody uses the Dashboard. The
engine of `tests/lifecycle/test_walks.py` is a miniature; `tests/engine/test_walks_on_engine.py` walks on the real one.
"""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from auth0_sessions.errors import BadRequestError, TenantUnreachableError
from auth0_sessions.lifecycle.record import State
from auth0_sessions.lifecycle.verbs import Verbs
from auth0_sessions.model.choices import Enforce, OnDelete, OverLimit
from auth0_sessions.model.plans import Plan
from auth0_sessions.model.settings import LIFETIMES, SETTINGS, CookieMode, text, with_defaults
from engine_model import Engine, RunFailedError
from fakes import FakeLog, FakeTenant

ACME, OTHER = "acme.eu.auth0.com", "other.eu.auth0.com"
NAMES = ("first", "second")
"""The URNs that a resource of one tenant may have; a program has at most one for each tenant."""


class KilledError(BaseException):
    """The provider's process has died."""


def refused():
    """Return what a tenant raises that refuses a write."""
    return BadRequestError("refused.", status=400)


def lost():
    """Return what a write raises whose outcome is unknown."""
    error = TenantUnreachableError("no answer.")
    error.may_have_written = True
    return error


FAILURES = st.lists(
    st.sampled_from([(None, True), (refused, False), (lost, True), (lost, False), (KilledError, True)]), max_size=4
)
"""What happens to the next writes of a run, each with whether it takes effect."""


def values(*, at_least=0):
    """Return a strategy for values of settings."""
    rows = {
        name: st.sampled_from([1, 60, 90, 480, 1_440, 3_000, 43_200])
        if name in LIFETIMES
        else st.sampled_from([mode.value for mode in CookieMode])
        for name in SETTINGS
    }
    return st.sets(st.sampled_from(list(SETTINGS)), min_size=at_least).flatmap(
        lambda names: st.fixed_dictionaries({name: rows[name] for name in sorted(names)})
    )


@dataclass(frozen=True)
class Declaration:
    """One resource of a program."""

    name: str
    wanted: dict
    enforce: Enforce = Enforce.EXACT
    plan: Plan = Plan.ENTERPRISE
    over_limit: OverLimit = OverLimit.ERROR

    def inputs(self, domain, on_delete):
        """Return its inputs."""
        return {
            "domain": domain,
            **{name: text(value) for name, value in self.wanted.items()},
            "enforce": self.enforce.value,
            "plan": self.plan.value,
            "over_limit": self.over_limit.value,
            "on_delete": on_delete.value,
        }


DECLARATIONS = st.builds(
    Declaration,
    st.sampled_from(NAMES),
    values(at_least=1),
    st.sampled_from(Enforce),
    st.sampled_from([Plan.ENTERPRISE, Plan.ENTERPRISE, Plan.FREE]),
    st.sampled_from([OverLimit.WARN, OverLimit.CLAMP]),
)


class Walk(RuleBasedStateMachine):
    """Runs of programs for two tenants, on a stack that remembers.

    Attributes:
        program: Tenant -> its resource.
        origin: Tenant -> what each setting was when no record had it.
        lost: Tenants whose values from before management are gone, which a warning said.
        unseen: Tenants that differ from their record in a way that only a refresh shows.

    """

    engine: Any

    def __init__(self):
        super().__init__()
        self.tenants, self.program = {}, {}
        self.origin, self.lost, self.unseen = {}, set(), set()

    @initialize(acme=values(), other=values(), on_delete=st.sampled_from(OnDelete), first=DECLARATIONS)
    def begin(self, acme, other, on_delete, first):
        """Start with two tenants that nobody manages, and bring one of them under management."""
        self.on_delete = on_delete
        self.begin_with({ACME: acme, OTHER: other})
        self.note_origin()
        self.program[ACME] = first
        self.up(aliased=False, replaced=False, failures=[], is_refreshed=False)

    def begin_with(self, stored):
        """Make the tenants and the engine."""
        self.tenants = {domain: FakeTenant(**settings) for domain, settings in stored.items()}
        self.engine = Engine(self.process)

    def process(self):
        """Start a provider process."""
        self.log = FakeLog()
        connect = lambda domain, *_: lambda: self.tenants[domain]  # noqa: E731  Given to each process.
        return Verbs(log=self.log, sources=lambda _: [], connect=connect)

    # What people do.

    @rule(domain=st.sampled_from([ACME, OTHER]), declaration=DECLARATIONS)
    def declare(self, domain, declaration):
        """Add a resource to the program, or change it in any way."""
        self.program[domain] = declaration

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def rename(self, data):
        """Give a resource another name, and leave the rest as it is."""
        domain = data.draw(st.sampled_from(sorted(self.program)))
        (name,) = (name for name in NAMES if name != self.program[domain].name)
        self.program[domain] = replace(self.program[domain], name=name)

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def remove(self, data):
        """Take a resource out of the program."""
        del self.program[data.draw(st.sampled_from(sorted(self.program)))]

    @rule(domain=st.sampled_from([ACME, OTHER]), drift=values(at_least=1))
    def use_the_dashboard(self, domain, drift):
        """Somebody changes settings outside of Pulumi."""
        self.tenants[domain].change_on_the_dashboard(**drift)
        self.note_origin()
        if not self.agrees(domain):
            self.unseen.add(domain)

    @precondition(lambda self: self.program or self.engine.state)
    @rule(aliased=st.booleans(), replaced=st.booleans(), failures=FAILURES, is_refreshed=st.booleans())
    def up(self, aliased, replaced, failures, is_refreshed):
        """Run the program; a rename may have an alias, and calls may fail."""
        aliases = {}
        for domain in self.program if aliased else ():
            (old,) = (name for name in NAMES if name != self.program[domain].name)
            aliases[self.urn(domain)] = self.urn(domain, old)
        self.run(
            failures,
            lambda: self.engine.up(
                self.inputs,
                aliases=aliases,
                replace=list(self.inputs) if replaced else (),
                is_refreshed=is_refreshed,
            ),
            is_refreshed=is_refreshed,
            is_whole=True,
        )

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def up_to_a_target(self, data):
        """Run the program for one of its resources, so that a rename stays unfinished."""
        target = data.draw(st.sampled_from(sorted(self.inputs)))
        self.run([], lambda: self.engine.up(self.inputs, targets=[target]), is_refreshed=False, is_whole=False)

    @precondition(lambda self: self.engine.state)
    @rule()
    def refresh(self):
        """Refresh every record."""
        self.run([], self.engine.refresh, is_refreshed=True, is_whole=False)

    @precondition(lambda self: self.engine.state)
    @rule(failures=FAILURES)
    def destroy(self, failures):
        """Destroy the stack; after that, tenants have what they had before, if records could restore it."""
        managed = {domain: self.managed(domain) for domain in self.tenants}
        if self.run(failures, self.engine.destroy, is_refreshed=False, is_whole=False):
            assert self.engine.state == {}
            for domain, names in managed.items():
                if self.on_delete is OnDelete.RESTORE and domain not in self.lost:
                    assert self.has(domain, names) == {name: self.origin[domain][name] for name in names}
            self.lost.clear()

    # What has to be true.

    def run(self, failures, operate, *, is_refreshed, is_whole):
        """Do something that may fail, then hold the tenants against the program and the records."""
        for tenant in self.tenants.values():
            tenant.failures = [(error() if error else None, takes_effect) for error, takes_effect in failures]
        unfinished = {domain for domain in self.tenants if len(self.records(domain)) > 1}
        error = None
        try:
            operate()
        except RunFailedError as failed:
            error = str(failed)
        except KilledError:
            error = "killed"
        finally:
            for tenant in self.tenants.values():
                tenant.failures = []
        self.note_what_is_known(error, unfinished, is_refreshed=is_refreshed)
        for domain in self.tenants.keys() - self.unseen:
            assert self.agrees(domain), (domain, error)
        if error is None and is_whole:
            self.hold_to_the_program()
        self.note_origin()
        return error is None

    def note_what_is_known(self, error, unfinished, *, is_refreshed):
        """Remember what a run said about values that are lost, or that only a refresh shows.

        A run that ends early may have deleted one of two records of a tenant, which the other one does not show.
        """
        if error == "killed":
            self.lost |= set(self.tenants)
        self.lost |= self.warned("no longer recorded")
        if error is None and is_refreshed:
            self.unseen.clear()
        else:
            self.unseen |= self.warned("run `pulumi up --refresh`")
        if error == "killed" or "pulumi refresh" in (error or ""):
            self.unseen |= set(self.tenants)
        elif error:
            self.unseen |= unfinished

    def warned(self, words):
        """Return the tenants that a warning with these words is about."""
        lines = [line for line in self.log.warnings if words in line]
        return {domain for domain in self.tenants if any(domain in line for line in lines)}

    def hold_to_the_program(self):
        """After a clean `up`, every tenant has exactly what the program declares."""
        assert set(self.engine.state) == set(self.inputs)
        for domain, declaration in self.program.items():
            state = State.from_props(self.engine.state[self.urn(domain)].record)
            asked = replace(state.declared, wanted=self.allowed(declaration))
            if domain not in self.unseen:
                assert self.has(domain, declaration.wanted) == asked.held(state.own).wanted
            assert (state.own.keys() == asked.ceilings.keys(), state.superseded) == (True, {})

    def allowed(self, declaration):
        """Return what a declaration asks for, within the plan's caps where it clamps."""
        caps = {"session_lifetime": 43_200, "idle_session_lifetime": 4_320}
        caps |= {"ephemeral_session_lifetime": 43_200, "idle_ephemeral_session_lifetime": 4_320}
        clamps = declaration.plan is Plan.FREE and declaration.over_limit is OverLimit.CLAMP
        return {
            name: min(value, caps[name]) if clamps and name in caps else value
            for name, value in declaration.wanted.items()
        }

    def agrees(self, domain):
        """Return whether a tenant has what its record says; of several, an unfinished rename, none has to be right."""
        records = self.records(domain)
        return len(records) != 1 or self.has(domain, records[0].reported) == records[0].reported

    def records(self, domain):
        """Return the records of a tenant."""
        states = [State.from_props(one.record) for one in self.engine.state.values()]
        return [state for state in states if state.declared.domain == domain]

    def has(self, domain, names):
        """Return what a tenant has for some settings."""
        everything = with_defaults(self.tenants[domain].stored)
        return {name: everything[name] for name in names}

    def managed(self, domain):
        """Return the settings that some record of a tenant has."""
        return {name for state in self.records(domain) for name in state.declared.wanted}

    def note_origin(self):
        """Remember what the settings are that no record has."""
        for domain in self.tenants:
            found = with_defaults(self.tenants[domain].stored)
            known = self.origin.setdefault(domain, {})
            known.update({name: found[name] for name in found.keys() - self.managed(domain)})

    def urn(self, domain, name=None):
        """Return the URN of a tenant's resource."""
        return f"{domain.partition('.')[0]}-{name or self.program[domain].name}"

    @property
    def inputs(self):
        """Return the program: URN -> inputs."""
        return {self.urn(domain): one.inputs(domain, self.on_delete) for domain, one in self.program.items()}
