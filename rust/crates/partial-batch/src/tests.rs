use std::cell::RefCell;

use crate::{Batch, Response, respond};
use serde::Deserialize;
use serde_json::{Value, json};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:orders";
const FIFO: &str = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo";

#[derive(Deserialize)]
struct Message {
    body: String,
}

fn message(id: &str, queue: &str, body: &str) -> Value {
    json!({"messageId": id, "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {},
        "eventSource": "aws:sqs", "eventSourceARN": queue, "awsRegion": "eu-west-1"})
}

fn kinesis(number: &str, text: &str) -> Value {
    json!({
        "kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "1", "sequenceNumber": number, "data": text,
            "approximateArrivalTimestamp": 1_545_084_650.987},
        "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": format!("shard:{number}"),
        "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::123456789012:role/r",
        "awsRegion": "eu-west-1", "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/s"})
}

fn change(number: &str, key: &str) -> Value {
    json!({
        "eventID": number, "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1", "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/1",
        "dynamodb": {"Keys": {"pk": {"S": key}}, "NewImage": {"pk": {"S": key}}, "SequenceNumber": number,
            "ApproximateCreationDateTime": 1_545_084_650, "SizeBytes": 10, "StreamViewType": "NEW_IMAGE"}})
}

fn batch(records: &[Value]) -> Batch {
    serde_json::from_str(&json!({"Records": records}).to_string()).unwrap()
}

fn named(response: &Response) -> Vec<&str> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

/// Processes messages; those with the body `bad` fail.
async fn handled(records: &[Value]) -> (Response, Vec<String>) {
    let seen = RefCell::new(Vec::new());
    let response = respond(batch(records), &async |Message { body }: Message| {
        let result = if body == "bad" { Err("this is bad") } else { Ok(()) };
        seen.borrow_mut().push(body);
        result
    })
    .await
    .unwrap();
    (response, seen.into_inner())
}

#[tokio::test]
async fn only_the_failed_messages_of_a_queue_are_retried() {
    let records = [message("1", QUEUE, "one"), message("2", QUEUE, "bad"), message("3", QUEUE, "three")];
    let (response, seen) = handled(&records).await;
    assert_eq!(named(&response), ["2"]);
    assert_eq!(seen, ["one", "bad", "three"]);
}

#[tokio::test]
async fn a_batch_without_failures_reports_none() {
    let (response, _) = handled(&[message("1", QUEUE, "one")]).await;
    assert_eq!(serde_json::to_string(&response).unwrap(), r#"{"batchItemFailures":[]}"#);
}

#[tokio::test]
async fn a_fifo_queue_stops_at_the_first_failure() {
    let records = [message("1", FIFO, "one"), message("2", FIFO, "bad"), message("3", FIFO, "three")];
    let (response, seen) = handled(&records).await;
    assert_eq!(named(&response), ["2", "3"]);
    assert_eq!(seen, ["one", "bad"]);
}

/// Processes records of a shard by event id; the record `bad` fails.
async fn handled_of_shard(records: &[Value], bad: &str) -> (Response, Vec<String>) {
    #[derive(Deserialize)]
    struct Change {
        #[serde(rename = "eventID")]
        id: String,
    }
    let seen = RefCell::new(Vec::new());
    let response = respond(batch(records), &async |Change { id }: Change| {
        let result = if id == bad { Err("this is bad") } else { Ok(()) };
        seen.borrow_mut().push(id);
        result
    })
    .await
    .unwrap();
    (response, seen.into_inner())
}

#[tokio::test]
async fn a_shard_of_kinesis_stops_at_the_first_failure() {
    let records = [kinesis("1", "b25l"), kinesis("2", "dHdv"), kinesis("3", "dGhyZWU=")];
    let (response, seen) = handled_of_shard(&records, "shard:2").await;
    assert_eq!(named(&response), ["2"]);
    assert_eq!(seen, ["shard:1", "shard:2"]);
}

#[tokio::test]
async fn a_shard_of_dynamodb_stops_at_the_first_failure() {
    let (response, seen) = handled_of_shard(&[change("10", "a"), change("20", "b"), change("30", "c")], "20").await;
    assert_eq!(named(&response), ["20"]);
    assert_eq!(seen, ["10", "20"]);
}

#[tokio::test]
async fn a_shard_without_failures_reports_none() {
    let (response, seen) = handled_of_shard(&[change("10", "a"), change("20", "b")], "none").await;
    assert_eq!(named(&response), [""; 0]);
    assert_eq!(seen, ["10", "20"]);
}

#[tokio::test]
async fn a_malformed_record_fails_alone() {
    let mut unreadable = message("2", QUEUE, "two");
    unreadable["body"] = json!({"not": "text"});
    let (response, seen) = handled(&[message("1", QUEUE, "one"), unreadable, message("3", QUEUE, "three")]).await;
    assert_eq!(named(&response), ["2"]);
    assert_eq!(seen, ["one", "three"]);
}

#[tokio::test]
async fn a_panic_fails_only_its_record() {
    let records = [message("1", QUEUE, "one"), message("2", QUEUE, "bad"), message("3", QUEUE, "three")];
    let response = respond(batch(&records), &async |message: Message| {
        assert_ne!(message.body, "bad");
        Ok::<(), String>(())
    })
    .await
    .unwrap();
    assert_eq!(named(&response), ["2"]);
}

#[tokio::test]
async fn events_of_unsupported_sources_are_rejected() {
    for (record, source) in [
        (json!({"EventSource": "aws:sns", "Sns": {"Message": "news"}}), "an unknown source"),
        (json!({"eventSource": "aws:s3", "s3": {}}), "aws:s3"),
        (json!(1), "an unknown source"),
    ] {
        let records = [message("1", QUEUE, "one"), record];
        let result =
            respond(batch(&records), &async |_: Value| -> Result<(), String> { panic!("the handler was called") });
        let text = format!(
            "this function handles batches of SQS, Kinesis and DynamoDB streams, not of {source}: invoke it by an event \
             source mapping"
        );
        assert_eq!(result.await.unwrap_err().to_string(), text);
    }
}

#[tokio::test]
async fn a_failed_record_without_identifier_fails_the_batch() {
    let mut empty = message("", FIFO, "two");
    let mut missing = message("2", FIFO, "two");
    missing.as_object_mut().unwrap().remove("messageId");
    for unnamed in [&mut empty, &mut missing] {
        let result = respond(batch(&[message("1", FIFO, "bad"), unnamed.take()]), &async |_: Message| Err("no")).await;
        assert_eq!(result.unwrap_err().to_string(), "a record failed that has no identifier, so the whole batch fails");
    }
}

#[test]
fn an_event_without_records_is_rejected() {
    for event in ["{}", r#"{"message": "hi"}"#, r#"{"Records": 1}"#] {
        assert!(serde_json::from_str::<Batch>(event).is_err());
    }
}
