"""Every kind of event the ledger keeps, one line of meaning each."""

from mainstay.core import nearest
from mainstay.core.errors import Mistake

MEANINGS = {
    "ContractRegistered": "A contract's digest was written down, before anything was judged by it.",
    "Assessed": "A model was looked at before it was built: worth, data, reach, shelf life.",
    "Foreseen": "Models were fitted to see how those of one contract and code age.",
    "Built": "A version was built: its bundle, the contract it was built for.",
    "HoldoutOpened": "The held-out rows of a period were opened once more.",
    "Certified": "A version passed every gate; its certificate waits for an approval.",
    "CertificateRefused": "A version fell short of a gate, with the evidence.",
    "Waived": "Somebody excused a gate that a version does not pass, until a time.",
    "ForecastFrozen": "What a version is expected to score, before it is known; with its record.",
    "Approved": "An approver signed the certificate of a version.",
    "Rejected": "An approver declined a certified version, with the reason.",
    "Renewed": "An approved version was judged on newer rows and has a new certificate.",
    "Trusted": "A key was bound to a name and a role.",
    "Deployed": "Shares of the traffic were given to versions, under a higher sequence.",
    "RolledBack": "The traffic went back to an earlier version, under a higher sequence.",
    "BatchScored": "A batch was answered: how many rows of which sources, into which output.",
    "LabelsReceived": "Labels of earlier decisions arrived.",
    "LabelsAsked": "Labels of some decisions were asked for, drawn with chances that are known.",
    "LabelsVouched": "Somebody said that labels which were in doubt are right: they count.",
    "WindowJudged": "Windows of live decisions were held against the contract.",
    "DataChanged": "Columns, meanings or distributions of data are no longer as they were.",
    "IncidentOpened": "A clause is broken in the field; somebody is responsible.",
    "IncidentChanged": "An open incident is more or less urgent, or another one explains it.",
    "IncidentSilenced": "Nobody is told of an incident until a time; the record goes on.",
    "IncidentAcknowledged": "Somebody takes care of an incident, and says how.",
    "IncidentClosed": "An incident is over.",
    "Decided": "Keep, retrain, propose, freeze, wait, roll back or ask a person: which, and why.",
    "ImpactTold": "Somebody said beforehand what a change of a source would do, and to whom.",
    "ConflictsProposed": "Somebody looked for columns that are not what they seem.",
    "ConflictSettled": "Somebody decided whether two columns are what they seem, and why.",
    "Commented": "Somebody said something of a version or an incident.",
    "Granted": "Somebody was given a role, for one model or all of them.",
    "Withdrawn": "A role was taken from somebody.",
    "CredentialGiven": "Somebody got an invitation, a password or a token; no secret is recorded.",
    "CredentialRevoked": "What somebody signed in with was taken back.",
    "KeyOffered": "Somebody put the public key of their browser on record; nobody trusts it yet.",
    "StepDone": "A step of work ended with a result, under the digest of its inputs.",
    "Scheduled": "A job was given a rhythm of its own, or stopped.",
    "Unscheduled": "A job went back to the rhythm that follows from the contract.",
    "RunCancelled": "Somebody called off a run of a worker, with the reason.",
    "HeadPublished": "The head of the ledger was told to the outside, so that rewriting shows.",
    "BackedUp": "A copy of the ledger and its blobs was made and verified.",
}
NAMES = tuple(MEANINGS)


def check(kind: str) -> None:
    """Raises Mistake for a kind that does not exist."""
    if kind not in MEANINGS:
        raise Mistake(f"no event is called {kind}", hint=nearest.hint(kind, NAMES))
