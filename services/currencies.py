"""The currencies service: a documented REST API over one table, behind sign-in."""

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
"""The scope that each needs."""

PUBLIC_ROUTES = ("GET /openapi.json", "GET /docs", "GET /docs/{file}")
"""Documentation: what the API is, and no data of it."""


@dataclass(frozen=True, kw_only=True)
class CurrenciesArgs:
    """What the service runs, behind what, and how its data is kept."""

    artifact: Artifact
    api: HttpApi
    auth: CognitoAuth
    operation: Operation = field(default_factory=Operation)
    recoverable: bool
    """Whether any second of the table's last 35 days can be restored."""
    protected: bool
    """Whether a deletion of the table is refused until this is off again."""


class Currencies(pulumi.ComponentResource):
    """Afterwards `/currencies` is served to whoever has a token with the scope, and `/docs` to everyone.

    A request passes the JWT authorizer with its route's scope, then reaches the function, which may read, put and
    delete items of this table and do nothing else.
    """

    def __init__(self, name: str, args: CurrenciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the table, the function, its grant and its routes; `name` should be the binary's."""
        super().__init__("rust-serverless:index:Currencies", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        table = Table(
            name,
            TableArgs(partition_key="pk", sort_key="code", recoverable=args.recoverable, protected=args.protected),
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
        self.table_name = table.table_name
        self.register_outputs({"tableName": self.table_name, "functionName": self.function.function_name})
