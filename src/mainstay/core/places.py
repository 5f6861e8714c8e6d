"""Where a project keeps what: three files of the user's, everything else under `.mainstay/`."""

from pathlib import Path

import msgspec

TEAM = "team.toml"
"""A file that says: the projects in the folders beside it keep one record."""


class Places(msgspec.Struct, frozen=True):
    """The folders of one project; nothing is created by asking."""

    folder: Path

    @property
    def contract(self) -> Path:
        return self.folder / "contract.yaml"

    @property
    def features(self) -> Path:
        return self.folder / "features.py"

    @property
    def model(self) -> Path:
        return self.folder / "model.py"

    @property
    def incoming(self) -> Path:
        """Where files of labels are put, to be taken in by the worker."""
        return self.folder / "labels"

    @property
    def state(self) -> Path:
        return self.folder / ".mainstay"

    @property
    def team(self) -> "Places | None":
        """Of the folder above, where it says that its projects keep one record."""
        above = Places(self.folder.resolve().parent)
        return above if above.is_team else None

    @property
    def is_team(self) -> bool:
        """Whether this is no project but the folder of several."""
        return (self.folder / TEAM).is_file()

    @property
    def record(self) -> Path:
        """Where ledger and blobs lie: the state of the team, where the project is of one."""
        team = self.team
        return team.state if team else self.state

    @property
    def assessed(self) -> Path:
        """The newest assessment, as a page."""
        return self.state / "assess.html"

    @property
    def certify(self) -> Path:
        """The evidence of each version as it was judged last, as pages."""
        return self.state / "certify"

    @property
    def ledger(self) -> Path:
        return self.record / "ledger.db"

    @property
    def address(self) -> Path:
        """Where the control plane was reached that was started last."""
        return self.record / "address"

    @property
    def blobs(self) -> Path:
        """Evidence and certificates by digest."""
        return self.record / "blobs"

    @property
    def staged(self) -> Path:
        """Sources that DuckDB does not read itself, as Parquet by digest."""
        return self.state / "staged"

    @property
    def streams(self) -> Path:
        """What was read from streams: the only copy where those forget."""
        return self.state / "streams"

    @property
    def snapshots(self) -> Path:
        """The exact rows trained and judged on, as Parquet by digest."""
        return self.state / "snapshots"

    @property
    def quarantine(self) -> Path:
        """Rows that broke what their source agreed on, as Parquet by digest."""
        return self.state / "quarantine"

    @property
    def environments(self) -> Path:
        """The models' own Python environments, by digest of the lock."""
        return self.state / "environments"

    @property
    def bundles(self) -> Path:
        """Bundles by digest."""
        return self.state / "bundles"

    @property
    def certificates(self) -> Path:
        """Signed certificates and their pages, by the name of the version, for people."""
        return self.state / "certificates"

    @property
    def serving(self) -> Path:
        """All that a door reads: bundles, certificates, routing.json."""
        return self.state / "serving"

    @property
    def journal(self) -> Path:
        """What the door was asked and answered, as Parquet segments."""
        return self.state / "journal"

    @property
    def labels(self) -> Path:
        """Labels that arrived, as Parquet by digest; only files the ledger names count."""
        return self.state / "labels"

    @property
    def door(self) -> Path:
        """What a door here keeps of its own: its journal, the highest routing it has seen."""
        return self.state / "door"

    @property
    def backups(self) -> Path:
        """Copies that the worker made, each in a folder of its own."""
        return self.state / "backups"

    @property
    def outputs(self) -> Path:
        """Batches whose readers are elsewhere, as they are put there."""
        return self.state / "outputs"

    @property
    def work(self) -> Path:
        """What is being made and may be deleted at any time."""
        return self.state / "work"

    def bundle(self, digest: str) -> Path:
        """The folder of one bundle."""
        return self.bundles / digest
