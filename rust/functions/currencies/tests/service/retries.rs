//! Writes that succeed, and whose response is lost: the client of DynamoDB writes again, and the condition fails.

use currencies::store::dynamodb::DynamoDb;
use currencies::store::{Store as _, Write};
use currencies::{Code, Currency};
use dynamodb_test::{error, respond};
use serde_json::{Value, json};

fn euro() -> Currency {
    let code = Code::parse("EUR").unwrap();
    Currency { code, name: "Euro".to_owned(), symbol: "€".to_owned(), minor_units: Some(2), version: 7 }
}

/// Writes the euro to a store that loses the first response, and responds to the retry with the item that `stored`
/// returns for the written one.
async fn put(over: Option<u64>, stored: fn(Value) -> Value) -> Write {
    let reply = move |requests: &[Value]| match requests {
        [first, retry] => {
            assert_eq!(first["Item"], retry["Item"]);
            error("ConditionalCheckFailedException", &json!({"Item": stored(first["Item"].clone())}))
        }
        _ => None,
    };
    let (client, _) = respond(vec![reply; 2]).await.unwrap();
    DynamoDb::new(client, "currencies".to_owned()).put(&euro(), over).await.unwrap()
}

#[tokio::test]
async fn a_retry_finds_its_own_write() {
    for over in [None, Some(6)] {
        assert_eq!(put(over, |written| written).await, Write::Done);
    }
}

#[tokio::test]
async fn a_retry_after_another_writer_is_lost() {
    let others: [fn(Value) -> Value; 2] = [
        |mut same_content| {
            same_content["write"] = json!({"N": "1"});
            same_content
        },
        |_| json!({"pk": {"S": "CURRENCY"}, "code": {"S": "EUR"}}),
    ];
    for stored in others {
        assert_eq!(put(None, stored).await, Write::Lost);
    }
}
