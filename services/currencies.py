"""The currencies service: a REST API over one table, with OpenAPI and Cognito."""

from dataclasses import dataclass, field

import pulumi

from components.cognito_auth import CognitoAuth
from components.http_api import HttpApi, Route
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from components.rust_workspace import Artifact
from components.table import Table, TableArgs

GUARDED_ROUTES = {
    "GET /currencies": "read",
    "POST /currencies": "write",
    "GET /currencies/{code}": "read",
    "PUT /currencies/{code}": "write",
    "DELETE /currencies/{code}": "write",
}
"""The scope that each route requires."""

PUBLIC_ROUTES = ("GET /openapi.json", "GET /docs", "GET /docs/{file}")
"""The API's documentation."""


@dataclass(frozen=True, kw_only=True)
class CurrenciesArgs:
    """Arguments of `Currencies`."""

    artifact: Artifact
    api: HttpApi
    auth: CognitoAuth
    operation: Operation = field(default_factory=Operation)
    point_in_time_recovery: bool
    """Whether the table has point-in-time recovery."""
    deletion_protection: bool
    """Whether the table has deletion protection."""


class Currencies(pulumi.ComponentResource):
    """Serves `/currencies` to callers whose token has the route's scope, and `/docs` to everyone.

    A request passes the JWT authorizer, then reaches the function, which may read, put and delete items of this table
    only.
    """

    def __init__(self, name: str, args: CurrenciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the table, the function, its grant and its routes; `name` should be the name of the binary."""
        super().__init__("rust-serverless:index:Currencies", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        table = Table(
            name,
            TableArgs(
                partition_key="pk",
                sort_key="code",
                point_in_time_recovery=args.point_in_time_recovery,
                deletion_protection=args.deletion_protection,
            ),
            child,
        )
        self.function = RustFunction(
            name,
            RustFunctionArgs(
                artifact=args.artifact,
                memory_mib=256,
                operation=args.operation,
                environment={
                    "API_URL": args.api.url,
                    "CURRENCIES_TABLE": table.table_name,
                    "OAUTH_AUTHORIZATION_URL": pulumi.Output.concat(args.auth.sign_in_url, "/oauth2/authorize"),
                    "OAUTH_TOKEN_URL": pulumi.Output.concat(args.auth.sign_in_url, "/oauth2/token"),
                    "OAUTH_CLIENT_ID": args.auth.browser_client_id,
                },
            ),
            child,
        )
        table.allow_read_write(self.function)
        for route_key, scope in GUARDED_ROUTES.items():
            args.api.route(route_key, Route(function=self.function, jwt=args.auth.require(scope)))
        for route_key in PUBLIC_ROUTES:
            args.api.route(route_key, self.function)
        self.tables = {name: table.table_name}
        self.register_outputs({"tableName": table.table_name, "functionName": self.function.function_name})
