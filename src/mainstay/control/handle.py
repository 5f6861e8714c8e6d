"""The control plane's two doors: commands that change something, queries that do not."""

from pathlib import Path

from mainstay.control import (
    accounts,
    approving,
    asking,
    assessing,
    building,
    cancelling,
    cards,
    certifying,
    commenting,
    comparing,
    contracting,
    decisions,
    delivering,
    deploying,
    exchanging,
    exporting,
    finding,
    health,
    impacting,
    judging,
    keeping,
    labelling,
    living,
    matters,
    planning,
    priorities,
    project,
    proposing,
    publish,
    reading,
    refreshing,
    remembering,
    replaying,
    requesting,
    revisions,
    running,
    scheduling,
    scoring,
    several,
    silencing,
    simulating,
    skewing,
    sourcing,
    standing,
    together,
    turns,
    vouching,
    waiving,
    watching,
)
from mainstay.control.commands import (
    Acknowledge,
    Approve,
    AskLabels,
    Assess,
    AssessAll,
    Backup,
    Build,
    CancelRun,
    Certify,
    Command,
    Comment,
    Countersign,
    Deliver,
    Deploy,
    Features,
    ImportContract,
    Init,
    Labels,
    NewKey,
    NewPseudonyms,
    NewToken,
    OfKeys,
    OfModel,
    RefreshContext,
    Reject,
    Restore,
    RevokeToken,
    Rollback,
    Run,
    RunNow,
    Schedule,
    Score,
    SendLabels,
    SendWaiver,
    Silence,
    Trust,
    Unschedule,
    Vouch,
    Waive,
    Watch,
)
from mainstay.control.project import Project
from mainstay.control.queries import (
    Approval,
    Approvals,
    CheckContract,
    CheckFeatures,
    ContextSkew,
    ContextViews,
    ContractSchema,
    DataChanges,
    Decisions,
    DiffContract,
    Explain,
    ExplainContract,
    Export,
    ExportContract,
    Find,
    History,
    Impact,
    Incident,
    IncidentAccount,
    Incidents,
    Life,
    ModelCard,
    ModelHealth,
    OfContract,
    OfProject,
    OneRun,
    Paper,
    Plan,
    Query,
    Record,
    Replay,
    Review,
    Revisions,
    Runs,
    Schedules,
    Shortfall,
    Simulate,
    Sources,
    Status,
    VerifyBundle,
    VerifyCertificate,
    VerifyLedger,
)
from mainstay.control.roles import Principal
from mainstay.core.answers import Answer
from mainstay.core.places import Places
from mainstay.core.progress import Tell, nothing


def handle(
    folder: Path, command: Command, tell: Tell = nothing, by: Principal | None = None
) -> Answer:
    """Does what a command asks, in the project of a folder; raises MainstayError.

    by: who signed in, whose right to it was asked of control.roles before; see Project.
    """
    match command:
        case Init():
            return proposing.propose(folder, command)
        case ImportContract():
            return exchanging.taken_in(folder, command)
        case AssessAll():
            return priorities.ranked(folder, command, tell)
        case NewKey() | NewPseudonyms() | Trust() | NewToken() | RevokeToken() | Restore():
            return _kept(folder, command)
        case _ if isinstance(command, together.Done):
            with several.opened(folder, tell, by) as opened:
                return together.changed(opened, command)
        case _:
            with project.opened(folder, tell, by) as opened:
                publish.healed(opened)
                return _changed(opened, command)


def answer(folder: Path, query: Query, tell: Tell = nothing, by: Principal | None = None) -> Answer:
    """Answers a query about the project of a folder; raises MainstayError. by: as for handle."""
    match query:
        case _ if isinstance(query, OfContract):
            return _of_contract(folder, query)
        case _ if isinstance(query, together.Asked):
            with several.opened(folder, tell, by) as opened:
                return together.asked(opened, query)
        case _ if Places(folder).is_team:
            return several.answer(folder, query, tell, by)
        case _:
            with project.opened(folder, tell, by) as opened:
                return _asked(opened, query)


def _of_contract(folder: Path, query: OfContract) -> Answer:
    match query:
        case CheckContract():
            return contracting.check(folder)
        case ExplainContract():
            return contracting.explain(folder)
        case ContractSchema():
            return contracting.schema()
        case ExportContract():
            return exchanging.export(folder)


def _kept(folder: Path, command: OfKeys | Restore) -> Answer:
    """What changes the keys folder, or makes a state; no project is open."""
    match command:
        case Restore():
            return keeping.restore(folder, command)
        case NewKey():
            return keeping.new_key(command)
        case NewPseudonyms():
            return keeping.new_pseudonyms()
        case Trust():
            return keeping.trust_key(folder, command)
        case NewToken():
            return keeping.new_token(command)
        case RevokeToken():
            return keeping.revoke_token(command)


def _changed(opened: Project, command: OfModel) -> Answer:
    match command:
        case Assess() | Build() | Certify():
            return _made(opened, command)
        case Waive() | SendWaiver() | Approve() | Countersign() | Reject():
            return _signed(opened, command)
        case Deploy() | Rollback() | Watch() | Run():
            return _lived(opened, command)
        case Silence() | Acknowledge() | Vouch() | Deliver() | Comment():
            return _tended(opened, command)
        case Schedule() | Unschedule() | RunNow() | CancelRun() | RefreshContext():
            return _planned(opened, command)
        case Features() | Score() | Labels() | SendLabels() | AskLabels() | Backup():
            return _outside(opened, command)


def _planned(
    opened: Project, command: Schedule | Unschedule | RunNow | CancelRun | RefreshContext
) -> Answer:
    """What workers are to do, and what they do for doors."""
    if isinstance(command, RefreshContext):
        return refreshing.refresh(opened)
    if isinstance(command, CancelRun):
        return cancelling.cancel(opened, command)
    return scheduling.changed(opened, command)


def _tended(opened: Project, command: Silence | Acknowledge | Vouch | Deliver | Comment) -> Answer:
    """What people do about incidents, and say."""
    match command:
        case Silence():
            return silencing.silence(opened, command)
        case Acknowledge():
            return commenting.acknowledge(opened, command)
        case Vouch():
            return vouching.vouch(opened, command)
        case Deliver():
            return delivering.deliver(opened)
        case Comment():
            return commenting.comment(opened, command)


def _made(opened: Project, command: Assess | Build | Certify) -> Answer:
    """What brings a version into being."""
    match command:
        case Assess():
            return assessing.assess(opened, command)
        case Build():
            return building.build(opened, command)
        case Certify():
            return certifying.certify(opened, command)


def _signed(
    opened: Project, command: Waive | SendWaiver | Approve | Countersign | Reject
) -> Answer:
    """What a second person says of it."""
    match command:
        case Waive():
            return waiving.waive(opened, command)
        case SendWaiver():
            return waiving.sent(opened, command)
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
        case Explain() | Simulate() | Paper() | ModelCard() | Decisions() | Replay():
            return _of_version(opened, query)
        case DiffContract() | Revisions() | Plan() | Shortfall() | Review() | Approval():
            return _weighed(opened, query)
        case Status() | ModelHealth() | Approvals() | Life() | Find():
            return _standing(opened, query)
        case (
            Sources() | DataChanges() | CheckFeatures() | Impact() | ContextViews() | ContextSkew()
        ):
            return _of_data(opened, query)
        case History() | Record() | VerifyLedger() | VerifyCertificate() | VerifyBundle():
            return _on_record(opened, query)
        case _:
            return _at_work(opened, query)


def _of_version(
    opened: Project, query: Explain | Simulate | Paper | ModelCard | Decisions | Replay
) -> Answer:
    match query:
        case Explain():
            return reading.explain(opened, query)
        case Simulate():
            return simulating.simulate(opened, query)
        case Paper():
            return approving.paper(opened, query)
        case ModelCard():
            return cards.asked(opened, query)
        case Decisions():
            return decisions.decisions(opened, query)
        case Replay():
            return replaying.replay(opened, query)


def _weighed(
    opened: Project, query: DiffContract | Revisions | Plan | Shortfall | Review | Approval
) -> Answer:
    """What somebody reads before they look or sign."""
    match query:
        case DiffContract():
            return contracting.diff(opened, query)
        case Revisions():
            return revisions.revisions(opened, query)
        case Plan():
            return planning.plan(opened, query)
        case Shortfall():
            return waiving.shortfall(opened, query)
        case Review():
            return approving.review(opened, query)
        case Approval():
            return judging.approval(opened, query)


def _standing(opened: Project, query: Status | ModelHealth | Approvals | Life | Find) -> Answer:
    """Of the model as a whole."""
    match query:
        case Status():
            return standing.status(opened)
        case ModelHealth():
            return health.asked(opened)
        case Approvals():
            return judging.approvals(opened, query)
        case Life():
            return living.asked(opened)
        case Find():
            return finding.find(opened, query)


def _of_data(
    opened: Project,
    query: Sources | DataChanges | CheckFeatures | Impact | ContextViews | ContextSkew,
) -> Answer:
    """What it lives on."""
    match query:
        case Sources():
            return sourcing.asked(opened)
        case DataChanges():
            return remembering.asked(opened, query)
        case CheckFeatures():
            return comparing.compare(opened, query)
        case Impact():
            return impacting.impact(opened, query)
        case ContextViews():
            return refreshing.shown(opened)
        case ContextSkew():
            return skewing.skew(opened, query)


def _at_work(
    opened: Project,
    query: Incidents | Incident | IncidentAccount | Schedules | Runs | OneRun | Export,
) -> Answer:
    """What burns, and what workers do."""
    match query:
        case IncidentAccount():
            return accounts.asked(opened, query)
        case Incidents() | Incident():
            return matters.asked(opened, query)
        case Schedules():
            return scheduling.listed(opened)
        case Runs() | OneRun():
            return turns.asked(opened, query)
        case Export():
            return exporting.export(opened, query)


def _on_record(
    opened: Project, query: History | Record | VerifyLedger | VerifyCertificate | VerifyBundle
) -> Answer:
    match query:
        case History():
            return reading.history(opened, query)
        case Record():
            return reading.record(opened, query)
        case VerifyLedger():
            return reading.verify_ledger(opened, query)
        case VerifyCertificate():
            return reading.verify_certificate(opened, query)
        case VerifyBundle():
            return reading.verify_bundle(opened, query)
