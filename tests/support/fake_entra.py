"""Entra ID as `az` reaches it: one tenant with registrations, by the rules of Microsoft Graph."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_az import AzError

GRAPH = "https://graph.microsoft.com/"
TENANT = "00000000-0000-0000-0000-0000000000ff"


@dataclass
class Entra:
    """`reads_until_found`: how many reads of a new registration fail before it is replicated."""

    reads_until_found: int = 0
    apps: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    principals: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    assignments: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    writes: list[str] = field(default_factory=list[str])

    def add_app(self, name: str) -> str:
        app_id = f"00000000-0000-0000-0000-{len(self.apps) + 0xA1:012x}"
        api: dict[str, Any] = {
            "requestedAccessTokenVersion": None,
            "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [],
        }
        self.apps[app_id] = {
            "appId": app_id,
            "displayName": name,
            "identifierUris": [],
            "appRoles": [],
            "api": api,
        }
        return app_id

    def call(self, command: str, options: dict[str, str]) -> str:
        match command:
            case "cloud show":
                return GRAPH
            case "account show":
                return TENANT
            case "ad app list":
                name = quoted(options["filter"])
                found = [app["appId"] for app in self.apps.values() if app["displayName"] == name]
                return "\n".join(found)
            case "ad app create":
                self.writes.append(command)
                return self.add_app(options["display-name"])
            case "ad sp list":
                app_id = quoted(options["filter"])
                return "\n".join(
                    key for key, each in self.principals.items() if each["appId"] == app_id
                )
            case "ad sp create":
                self.writes.append(command)
                key = f"00000000-0000-0000-0000-{len(self.principals) + 0xE1:012x}"
                created = {"id": key, "appId": options["id"], "appRoleAssignmentRequired": False}
                self.principals[key] = created
                return key
            case "rest":
                return self.ask_graph(options)
            case _:
                raise AzError(f"'{command}' is misspelled or not recognized by the system.")

    def ask_graph(self, options: dict[str, str]) -> str:
        method, path = options["method"], options["url"].removeprefix(f"{GRAPH}v1.0/")
        body = json.loads(options.get("body", "null"))
        if method != "GET":
            self.writes.append(f"{method} {path.partition('(')[0].partition('/')[0]}")
        if found := re.fullmatch(r"applications\(appId='([^']+)'\)", path):
            return self.application(method, found[1], body)
        if found := re.fullmatch(r"servicePrincipals/([^/]+)", path):
            if method == "PATCH":
                self.principals[found[1]].update(body)
            return json.dumps(self.principals[found[1]])
        if re.fullmatch(r"servicePrincipals/[^/]+/appRoleAssignedTo", path):
            return self.assigned(method, body)
        raise AzError(f"Resource not found for the segment of {path}")

    def application(self, method: str, app_id: str, body: Any) -> str:
        if self.reads_until_found:
            self.reads_until_found -= 1
            raise AzError(f"Resource '{app_id}' does not exist or one of its queried references")
        if method == "GET":
            return json.dumps(self.apps[app_id])
        self.patch(self.apps[app_id], body)
        return ""

    def patch(self, app: dict[str, Any], body: dict[str, Any]) -> None:
        changed = deepcopy(app)
        changed.update({name: value for name, value in body.items() if name != "api"})
        changed["api"].update(body.get("api", {}))
        for uri in changed["identifierUris"]:
            if uri != f"api://{app['appId']}":
                raise AzError("Values of identifierUris property must use a verified domain")
        known = {scope["id"] for scope in app["api"]["oauth2PermissionScopes"]}
        for client in body.get("api", {}).get("preAuthorizedApplications", []):
            if set(client["delegatedPermissionIds"]) - known:
                raise AzError(
                    "delegatedPermissionIds references a permission that cannot be found"
                )
        for before, after in (
            (app["appRoles"], changed["appRoles"]),
            (app["api"]["oauth2PermissionScopes"], changed["api"]["oauth2PermissionScopes"]),
        ):
            keep_enabled(before, after)
        for entry in [
            *body.get("appRoles", []),
            *body.get("api", {}).get("oauth2PermissionScopes", []),
        ]:
            if "origin" in entry:
                raise AzError("Property origin is read-only and cannot be set.")
            entry["origin"] = "Application"
        app.update(changed)

    def assigned(self, method: str, body: Any) -> str:
        if method == "POST":
            if body in self.assignments:
                raise AzError("Permission being assigned already exists on the object")
            self.assignments.append(body)
        return json.dumps({"value": self.assignments})


def keep_enabled(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    if {each["id"] for each in before if each["isEnabled"]} - {each["id"] for each in after}:
        raise AzError(
            "Permission (scope or role) cannot be deleted or updated unless disabled first"
        )
    if len({each["value"] for each in after}) < len(after):
        raise AzError("It contains duplicate value")


def quoted(text: str) -> str:
    found = re.search(r"'([^']*)'", text)
    assert found
    return found[1]
