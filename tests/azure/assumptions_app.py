"""What is assumed of the platform on which the app itself runs."""

from emulators.azure.coverage import Known
from tests.azure import checks_app
from tests.azure.assumption import Assumption, Check, Part

DEPLOYED = "It needs the deployed app, see docs/deploy.md."

APP = (
    Assumption(
        name="preview-bundle",
        assumed="The preview bundle of extensions has the Durable extension that Durable 2.x asks "
        "for, on Flex Consumption",
        if_false="The app would not start",
        relied_on_by=("host.json", "function_app.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_app.check_preview_bundle, 0.1, (Part.APP,)),
        otherwise=f"{DEPLOYED} With `--app URL` this command asks `/healthz`.",
    ),
    Assumption(
        name="forged-identity",
        assumed="Built-in authentication removes `X-MS-CLIENT-PRINCIPAL` from requests and turns "
        "away those without a token",
        if_false="Every caller could act as a writer",
        relied_on_by=("triggers/access.py", "domain/requests/caller.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_app.check_forged_identity, 0.1, (Part.APP,)),
        otherwise=f"{DEPLOYED} With `--app URL` this command sends such a request, as "
        "`.github/scripts/check_app.sh` does after each deployment.",
    ),
    Assumption(
        name="id-started-twice",
        assumed="An orchestration's id that an entity starts twice runs once, or twice without "
        "harm",
        if_false="An event could be published twice under one id, or the second start could end "
        "the first",
        relied_on_by=("orchestrators/environment_entity.py", "activities/start_orchestration.py"),
        known=Known.ASSUMED,
        otherwise=f"{DEPLOYED} Send the request of step 6 twice at once with one "
        "`Repeatability-Request-ID`: both answers name the same operation, and the topic has one "
        "`accepted` event of it.",
    ),
    Assumption(
        name="published-by-identity",
        assumed="The app's managed identity may send to the topic without a connection string",
        if_false="Operations would end with the warning `EventNotPublished`",
        relied_on_by=("clients/events.py", "clients/factory.py"),
        known=Known.DOCUMENTED,
        otherwise=f"{DEPLOYED} After step 7 the operation has no warnings, and the topic's metric "
        "of incoming messages is not 0.",
    ),
    Assumption(
        name="log-lines",
        assumed="The host passes on the text of log lines unchanged",
        if_false="Alerts and workbook would find nothing",
        relied_on_by=("activities/logs.py", "infra/modules/monitoring/main.tf"),
        known=Known.DOCUMENTED,
        otherwise=f"{DEPLOYED} Half an hour after step 7 the query in docs/architecture.md finds "
        "the operation.",
    ),
)
