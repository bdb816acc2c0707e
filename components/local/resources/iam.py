"""IAM roles and their policies."""

from .kind import ACCOUNT, Context, Kind, Made, Properties, by_id, physical_name


def _create_role(context: Context, name: str, inputs: Properties) -> Made:
    role = inputs.get("name") or physical_name(name)
    context.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=inputs["assumeRolePolicy"])
    return Made(id=role, outputs={"name": role, "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"})


def _create_role_policy(context: Context, name: str, inputs: Properties) -> Made:
    policy = inputs.get("name") or physical_name(name)
    return _put_role_policy(context, Made(id=f"{inputs['role']}:{policy}", outputs={"name": policy}), inputs)


def _put_role_policy(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=made.outputs["name"], PolicyDocument=inputs["policy"]
    )
    return made


def _delete_role_policy(context: Context, made: Made) -> None:
    role, policy = made.id.split(":")
    context.client("iam").delete_role_policy(RoleName=role, PolicyName=policy)


ROLE = Kind(
    create=_create_role,
    delete=by_id("iam", "delete_role", "RoleName"),
    read=by_id("iam", "get_role", "RoleName"),
)
ROLE_POLICY = Kind(
    create=_create_role_policy, update=_put_role_policy, delete=_delete_role_policy, replaced_by=("name", "role")
)
