"""A running environment as its clients see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from harness.state import State


@dataclass(frozen=True, slots=True)
class Environment:
    """started_at: seconds since the epoch; token: a bearer token for the API.

    runtime: "process" or "docker"; template: path of the template that was applied.
    """

    endpoint_url: str
    api_url: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    database_url: str = field(repr=False)
    token: str = field(repr=False)
    pid: int
    started_at: float
    template: str
    runtime: str

    def save(self, state: State) -> None:
        state.write_environment(asdict(self))

    def exports(self) -> dict[str, str]:
        """Return the variables that let any AWS client and any HTTP client in."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
            "API_URL": self.api_url,
            "DATABASE_URL": self.database_url,
            "TOKEN": self.token,
        }


def load(state: State) -> Environment:
    """Return the environment that runs in `state`.

    Raises `EnvironmentFailedError` when none does, or when it is not ready yet.
    """
    return Environment(**state.read_environment())
