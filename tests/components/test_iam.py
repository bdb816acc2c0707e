import json

from components.iam import Statement, policy_document, tls_only_policy, trust_policy


def test_a_policy_contains_its_statements() -> None:
    document = json.loads(policy_document(Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/k"])))
    assert document["Statement"] == [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/k"]}]


def test_a_trust_policy_names_one_service() -> None:
    (statement,) = json.loads(trust_policy("lambda.amazonaws.com"))["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_a_bucket_refuses_requests_without_tls() -> None:
    (statement,) = json.loads(tls_only_policy("arn:aws:s3:::b"))["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
