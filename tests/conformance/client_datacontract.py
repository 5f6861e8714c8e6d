"""What datacontract-cli says of a data contract: a JSON object on stdout.

python client_datacontract.py < a JSON object with its text. Runs in an environment of its own.
"""

import json
import sys

from datacontract.data_contract import DataContract

run = DataContract(data_contract_str=json.load(sys.stdin)["text"]).lint()
json.dump({"result": str(run.result.value), "checks": [one.name for one in run.checks]}, sys.stdout)
