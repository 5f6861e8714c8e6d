"""The control plane's two doors: commands that change something, queries that do not."""

from pathlib import Path

from mainstay.control import (
    accounts,
    approving,
    asking,
    assessing,
    building,
    certifying,
    contracting,
    decisions,
    delivering,
    deploying,
    health,
    keeping,
    labelling,
    matters,
    people,
    project,
    proposing,
    publish,
    reading,
    requesting,
    running,
    scoring,
    silencing,
    simulating,
    standing,
    vouching,
    watching,
)
from mainstay.control.commands import (
    Approve,
    AskLabels,
    Assess,
    Backup,
    Build,
    Certify,
    Command,
    Countersign,
    Deliver,
    Deploy,
    Features,
    GiveToken,
    Grant,
    Init,
    Invite,
    Labels,
    NewKey,
    NewPseudonyms,
    NewToken,
    OfKeys,
    OfModel,
    OwnToken,
    Reject,
    Restore,
    RevokeToken,
    Rollback,
    Run,
    Score,
    SendLabels,
    Silence,
    TakeBack,
    Trust,
    Vouch,
    Watch,
    Withdraw,
)
from mainstay.control.project import Project, Tell, nothing
from mainstay.control.queries import (
    CheckContract,
    Decisions,
    Explain,
    ExplainContract,
    History,
    Incident,
    IncidentAccount,
    Incidents,
    ModelHealth,
    OfProject,
    Paper,
    People,
    Query,
    Review,
    Simulate,
    Status,
    VerifyBundle,
    VerifyCertificate,
    VerifyLedger,
)
from mainstay.control.roles import Principal
from mainstay.core.answers import Answer


def handle(
    folder: Path, command: Command, tell: Tell = nothing, by: Principal | None = None
) -> Answer:
    """Does what a command asks, in the project of a folder; raises MainstayError.

    by: who signed in, whose right to it was asked of control.roles before; see Project.
    """
    match command:
        case Init():
            return proposing.propose(folder, command)
        case NewKey() | NewPseudonyms() | Trust() | NewToken() | RevokeToken():
            return _kept(command)
        case Restore():
            return keeping.restore(folder, command)
        case Grant() | Withdraw() | Invite() | GiveToken() | OwnToken() | TakeBack():
            with project.opened(folder, tell, by) as opened:
                return people.changed(opened, command)
        case _:
            with project.opened(folder, tell, by) as opened:
                publish.healed(opened)
                return _changed(opened, command)


def answer(folder: Path, query: Query, tell: Tell = nothing) -> Answer:
    """Answers a query about the project of a folder; raises MainstayError."""
    match query:
        case CheckContract():
            return contracting.check(folder)
        case ExplainContract():
            return contracting.explain(folder)
        case _:
            with project.opened(folder, tell) as opened:
                return _asked(opened, query)


def _kept(command: OfKeys) -> Answer:
    """What changes the keys folder, and no project."""
    match command:
        case NewKey():
            return keeping.new_key(command)
        case NewPseudonyms():
            return keeping.new_pseudonyms()
        case Trust():
            return keeping.trust_key(command)
        case NewToken():
            return keeping.new_token(command)
        case RevokeToken():
            return keeping.revoke_token(command)


def _changed(opened: Project, command: OfModel) -> Answer:
    match command:
        case Assess() | Build() | Certify() | Approve() | Countersign() | Reject():
            return _made(opened, command)
        case Deploy() | Rollback() | Watch() | Run():
            return _lived(opened, command)
        case Silence():
            return silencing.silence(opened, command)
        case Vouch():
            return vouching.vouch(opened, command)
        case Deliver():
            return delivering.deliver(opened)
        case Features() | Score() | Labels() | SendLabels() | AskLabels() | Backup():
            return _outside(opened, command)


def _made(
    opened: Project, command: Assess | Build | Certify | Approve | Countersign | Reject
) -> Answer:
    """What brings a version into being."""
    match command:
        case Assess():
            return assessing.assess(opened, command)
        case Build():
            return building.build(opened, command)
        case Certify():
            return certifying.certify(opened, command)
        case Approve():
            return approving.approve(opened, command)
        case Countersign():
            return approving.countersign(opened, command)
        case Reject():
            return approving.reject(opened, command)


def _lived(opened: Project, command: Deploy | Rollback | Watch | Run) -> Answer:
    """What a version goes through in the field."""
    match command:
        case Deploy() | Rollback():
            return deploying.routed(opened, command)
        case Watch():
            return watching.watch(opened)
        case Run():
            return running.run(opened, command)


def _outside(
    opened: Project, command: Features | Score | Labels | SendLabels | AskLabels | Backup
) -> Answer:
    """What writes or takes in files that are the user's, not the project's."""
    match command:
        case Features():
            return requesting.features(opened, command)
        case Score():
            return scoring.score(opened, command)
        case Labels():
            return labelling.labels(opened, command)
        case SendLabels():
            return labelling.sent(opened, command)
        case AskLabels():
            return asking.ask(opened, command)
        case Backup():
            return keeping.backup(opened, command)


def _asked(opened: Project, query: OfProject) -> Answer:
    match query:
        case Explain() | Simulate() | Review() | Paper() | Decisions():
            return _of_version(opened, query)
        case Status() | ModelHealth() | People():
            return _standing(opened, query)
        case Incidents() | Incident() | IncidentAccount():
            return _burning(opened, query)
        case History() | VerifyLedger() | VerifyCertificate() | VerifyBundle():
            return _on_record(opened, query)


def _of_version(opened: Project, query: Explain | Simulate | Review | Paper | Decisions) -> Answer:
    match query:
        case Explain():
            return reading.explain(opened, query)
        case Simulate():
            return simulating.simulate(opened, query)
        case Review():
            return approving.review(opened, query)
        case Paper():
            return approving.paper(opened, query)
        case Decisions():
            return decisions.decisions(opened, query)


def _standing(opened: Project, query: Status | ModelHealth | People) -> Answer:
    """Of the model as a whole."""
    match query:
        case Status():
            return standing.status(opened)
        case ModelHealth():
            return health.asked(opened)
        case People():
            return people.listed(opened)


def _burning(opened: Project, query: Incidents | Incident | IncidentAccount) -> Answer:
    if isinstance(query, IncidentAccount):
        return accounts.asked(opened, query)
    return matters.asked(opened, query)


def _on_record(
    opened: Project, query: History | VerifyLedger | VerifyCertificate | VerifyBundle
) -> Answer:
    match query:
        case History():
            return reading.history(opened, query)
        case VerifyLedger():
            return reading.verify_ledger(opened, query)
        case VerifyCertificate():
            return reading.verify_certificate(opened, query)
        case VerifyBundle():
            return reading.verify_bundle(opened, query)
