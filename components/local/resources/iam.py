"""IAM roles and policies."""

from .kind import ACCOUNT, Context, Created, Kind, Properties, Resource, physical_name, request


def _create_role(context: Context, name: str, inputs: Properties) -> Created:
    role = physical_name(name, inputs)
    context.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=inputs["assumeRolePolicy"])
    return Created(id=role, outputs={"name": role, "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"})


def _update_role(context: Context, role: Resource, inputs: Properties) -> Created:
    context.client("iam").update_assume_role_policy(RoleName=role.id, PolicyDocument=inputs["assumeRolePolicy"])
    return role


def _create_role_policy(context: Context, name: str, inputs: Properties) -> Created:
    policy = physical_name(name, inputs)
    return _put_role_policy(context, Created(id=f"{inputs['role']}:{policy}", outputs={"name": policy}), inputs)


def _put_role_policy(context: Context, policy: Created, inputs: Properties) -> Created:
    context.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=policy.outputs["name"], PolicyDocument=inputs["policy"]
    )
    return policy


def _create_policy(context: Context, name: str, inputs: Properties) -> Created:
    policy = physical_name(name, inputs)
    created = context.client("iam").create_policy(PolicyName=policy, PolicyDocument=inputs["policy"])["Policy"]
    return Created(id=created["Arn"], outputs={"name": policy, "arn": created["Arn"]})


def _update_policy(context: Context, policy: Resource, inputs: Properties) -> Created:
    """Replace the version of a policy, which has at most five."""
    iam = context.client("iam")
    replaced = iam.get_policy(PolicyArn=policy.id)["Policy"]["DefaultVersionId"]
    iam.create_policy_version(PolicyArn=policy.id, PolicyDocument=inputs["policy"], SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=policy.id, VersionId=replaced)
    return policy


def _attach(context: Context, _: str, inputs: Properties) -> Created:
    context.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Created(id=f"{inputs['role']}/{inputs['policyArn']}", outputs={})


ROLE = Kind(
    create=_create_role,
    update=_update_role,
    replaced_by=("name", "namePrefix"),
    delete=request("iam", "delete_role", RoleName="id"),
    read=request("iam", "get_role", RoleName="id"),
)
ROLE_POLICY = Kind(
    create=_create_role_policy,
    update=_put_role_policy,
    delete=request("iam", "delete_role_policy", RoleName="role", PolicyName="name"),
    replaced_by=("name", "role"),
)
POLICY = Kind(
    create=_create_policy,
    update=_update_policy,
    replaced_by=("name", "namePrefix"),
    delete=request("iam", "delete_policy", PolicyArn="id"),
)
ROLE_POLICY_ATTACHMENT = Kind(
    create=_attach,
    delete=request("iam", "detach_role_policy", RoleName="role", PolicyArn="policyArn"),
)
