"""The resource kinds that the local engine supports."""

from collections.abc import Mapping

from . import (
    apigateway,
    cloudwatch,
    cognito,
    command,
    dynamodb,
    events,
    iam,
    lambda_function,
    logs,
    s3,
    sqs,
)
from .kind import Kind, state_only

KINDS: Mapping[str, Kind] = {
    "aws:apigatewayv2/api:Api": apigateway.API,
    "aws:apigatewayv2/authorizer:Authorizer": apigateway.AUTHORIZER,
    "aws:apigatewayv2/integration:Integration": apigateway.INTEGRATION,
    "aws:apigatewayv2/route:Route": apigateway.ROUTE,
    "aws:apigatewayv2/stage:Stage": apigateway.STAGE,
    "aws:cloudwatch/eventRule:EventRule": events.RULE,
    "aws:cloudwatch/eventTarget:EventTarget": events.TARGET,
    "aws:cloudwatch/logGroup:LogGroup": logs.LOG_GROUP,
    "aws:cloudwatch/dashboard:Dashboard": cloudwatch.DASHBOARD,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": logs.LOG_METRIC_FILTER,
    "aws:cloudwatch/queryDefinition:QueryDefinition": logs.QUERY_DEFINITION,
    "aws:cloudwatch/metricAlarm:MetricAlarm": cloudwatch.METRIC_ALARM,
    "aws:cognito/resourceServer:ResourceServer": cognito.RESOURCE_SERVER,
    "aws:cognito/userPool:UserPool": cognito.USER_POOL,
    "aws:cognito/userPoolClient:UserPoolClient": cognito.USER_POOL_CLIENT,
    "aws:cognito/userPoolDomain:UserPoolDomain": cognito.USER_POOL_DOMAIN,
    "aws:dynamodb/table:Table": dynamodb.TABLE,
    "aws:iam/role:Role": iam.ROLE,
    "aws:iam/rolePolicy:RolePolicy": iam.ROLE_POLICY,
    "aws:lambda/alias:Alias": lambda_function.ALIAS,
    "aws:lambda/eventSourceMapping:EventSourceMapping": lambda_function.EVENT_SOURCE_MAPPING,
    "aws:lambda/function:Function": lambda_function.FUNCTION,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": events.INVOKE_CONFIG,
    "aws:lambda/permission:Permission": lambda_function.PERMISSION,
    "aws:s3/bucket:Bucket": s3.BUCKET,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": s3.CORS,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": s3.LIFECYCLE,
    "aws:s3/bucketNotification:BucketNotification": events.BUCKET_NOTIFICATION,
    "aws:s3/bucketPolicy:BucketPolicy": s3.BUCKET_POLICY,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": s3.PUBLIC_ACCESS_BLOCK,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": s3.ENCRYPTION,
    "aws:scheduler/schedule:Schedule": events.SCHEDULE,
    "aws:sns/topic:Topic": events.TOPIC,
    "aws:sns/topicSubscription:TopicSubscription": events.SUBSCRIPTION,
    "aws:sqs/queue:Queue": sqs.QUEUE,
    "aws:sqs/queuePolicy:QueuePolicy": sqs.QUEUE_POLICY,
    "command:local:Command": command.COMMAND,
    # The resources of every provider are in the emulator, in the region of the stack.
    "pulumi:providers:aws": state_only(lambda *_: {}),
    "pulumi:index:Stash": state_only(lambda _, inputs: {"output": inputs["input"]}),
}
"""Kinds by Pulumi type token."""
